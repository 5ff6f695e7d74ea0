using System.Text;

namespace Synapse.EmbeddingServer.Hosting;

/// <summary>What <c>--help</c> says.</summary>
internal static class HelpText
{
    private const int Width = 100;
    private const int Indent = 6;

    /// <summary>The help.</summary>
    public static string Write()
    {
        var text = new StringBuilder(
            """
            Serves sentence-transformers models in ONNX over the HTTP API of OpenAI: embeddings, and reranking in the shape of Jina and Cohere.
            It opens no connection to another machine, and listens on this machine alone unless HOST says otherwise.

            Usage: synapse-embedding-server [--model MODEL[,...]] [options]

              synapse-embedding-server --model ./all-MiniLM-L6-v2
              curl http://127.0.0.1:8081/v1/embeddings -H 'Content-Type: application/json' -d '{"input": "a text"}'

            Routes: POST /v1/embeddings, POST /v1/rerank, GET /v1/models, GET /health, GET /metrics.

            Settings, on the command line or in the environment; the command line counts first:


            """);
        foreach (var setting in ServiceSetting.All)
        {
            text.Append("  ").Append(setting.Variable).Append('=').Append(setting.Value);
            text.Append(setting.Option is null ? "\n" : $", {setting.Option} {setting.Value}\n");
            Wrap(text, setting.Meaning);
        }

        text.Append(
            """

              --health      asks the service that runs with these settings whether it is ready, and ends with 0 or 1
              --help        this text
              --version     the version

            It ends with 0 when it is stopped, 2 when a setting is wrong, 3 when a model cannot be loaded.

            """);
        return text.ToString();
    }

    private static void Wrap(StringBuilder text, string sentence)
    {
        var column = 0;
        foreach (var word in sentence.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > Width - Indent)
            {
                text.Append('\n');
                column = 0;
            }

            text.Append(column == 0 ? new string(' ', Indent) : " ").Append(word);
            column += word.Length + (column == 0 ? 0 : 1);
        }

        text.Append('\n');
    }
}
