using Synapse.Cli;

return await SynapseCommandLine.RunAsync(args);
