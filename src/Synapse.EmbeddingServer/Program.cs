using Synapse.EmbeddingServer.Hosting;

return await EmbeddingCommandLine.RunAsync(args);
