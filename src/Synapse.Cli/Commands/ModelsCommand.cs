using System.CommandLine;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse models</c>: the models that run on this machine.</summary>
internal static class ModelsCommand
{
    public static Command Create()
        => new("models",
            """
            Get and keep the models that run on this machine, embedding models and rerankers in ONNX; and switch a collection to another
            embedding model, wherever that runs.

            A model comes from the hub once, and its commit and the SHA-256 of every file are kept in a lock beside it. From then on the lock holds.
            On a machine that does not connect, models come in as a bundle.

            Examples:
              synapse models list
              synapse models pull bge-small-en-v1.5
              synapse models verify
              synapse models bundle bge-small-en-v1.5 --output models.tar.gz
              synapse models import models.tar.gz
              synapse models switch start handbook bge-small-en-v1.5
            """)
        {
            ModelsListCommand.Create(),
            ModelsPullCommand.Create(),
            ModelsVerifyCommand.Create(),
            ModelsPathCommand.Create(),
            ModelsRemoveCommand.Create(),
            ModelsBundleCommand.Create(),
            ModelsImportCommand.Create(),
            ModelsSwitchCommand.Create(),
        };

    /// <summary>Makes the argument for names of models.</summary>
    public static Argument<string[]> Names(string description, ArgumentArity arity)
    {
        var names = new Argument<string[]>("model") { Description = description, Arity = arity };
        names.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-')))
            {
                result.AddError($"There is no option '{token.Value}'.");
            }
        });
        return names;
    }
}
