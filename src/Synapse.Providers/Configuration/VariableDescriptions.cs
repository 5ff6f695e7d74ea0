namespace Synapse.Providers.Configuration;

/// <summary>The variables of model servers, in the order of the documentation.</summary>
internal static class VariableDescriptions
{
    /// <summary>OpenAI, servers that speak its language, and services whose address is known.</summary>
    public static IReadOnlyList<SettingDescription> OpenAI { get; } =
    [
        new("OPENAI_API_KEY", SettingKind.Secret, "key of OpenAI, or of the server at `OPENAI_BASE_URL`", "none", "`sk-proj-...`"),
        new("OPENAI_API_KEY_FILE", SettingKind.File, "file that holds the key", "none", "`/run/secrets/openai`"),
        new("OPENAI_BASE_URL", SettingKind.Address, "base address, with or without `/v1`; another than OpenAI's makes it a server that speaks its language", "`https://api.openai.com/v1`", "`https://llm.example.com/v1`"),
        new("OPENAI_ORGANIZATION", SettingKind.Text, "organisation to bill", "none", "`org-abc`"),
        new("OPENAI_ORG_ID", SettingKind.Text, "the same under another name", "none", "`org-abc`"),
        new("OPENAI_PROJECT", SettingKind.Text, "project to bill", "none", "`proj_abc`"),
        new("MODEL_PROVIDER", SettingKind.Choice, "which service to use when there are keys of several: `openai`, `anthropic`, `groq`, `gemini`, `cerebras`, `digitalocean`, or `none`", "the one with a key", "`groq`"),
        new("MODEL_CHAT", SettingKind.Text, "model that writes answers; needed for every service but OpenAI itself", "`gpt-6-luna` with OpenAI", "`gpt-6-luna`"),
        new("MODEL_FAST", SettingKind.Text, "model for small work, such as rewriting a follow-up question", "that of `MODEL_CHAT`", "`gpt-6-luna`"),
        new("MODEL_EMBEDDING", SettingKind.List, "model that embeds; **setting it sends every document there**; further ones behind a comma are [kept for collections embedded with them](switching-models.md)", "the built-in model", "`text-embedding-3-small`"),
        new("MODEL_CONTEXT_LENGTH", SettingKind.Number, "tokens of the chat model's context", "what the server says or is known of the model; else 16,384 in the cloud, 4,096 in your own network", "`128000`", 512, 16_777_216),
        new("EMBEDDING_DIMENSIONS", SettingKind.Number, "numbers per embedding where the model can be cut", "the model's", "`512`", 8, 8_192),
        new("EMBEDDING_BATCH_SIZE", SettingKind.Number, "most texts per request", "what is known of the server", "`256`", 1, 2_048),
        new("ANTHROPIC_API_KEY", SettingKind.Secret, "key of Anthropic (`https://api.anthropic.com`); no embedding models", "none", "`sk-ant-...`"),
        new("ANTHROPIC_API_KEY_FILE", SettingKind.File, "file that holds it", "none", "`/run/secrets/anthropic`"),
        new("GROQ_API_KEY", SettingKind.Secret, "key of Groq (`https://api.groq.com/openai/v1`); no embedding models", "none", "`gsk_...`"),
        new("GROQ_API_KEY_FILE", SettingKind.File, "file that holds it", "none", "`/run/secrets/groq`"),
        new("GEMINI_API_KEY", SettingKind.Secret, "key of Gemini (`https://generativelanguage.googleapis.com/v1beta/openai`)", "none", "`AIza...`"),
        new("GEMINI_API_KEY_FILE", SettingKind.File, "file that holds it", "none", "`/run/secrets/gemini`"),
        new("CEREBRAS_API_KEY", SettingKind.Secret, "key of Cerebras (`https://api.cerebras.ai/v1`); no embedding models", "none", "`csk-...`"),
        new("CEREBRAS_API_KEY_FILE", SettingKind.File, "file that holds it", "none", "`/run/secrets/cerebras`"),
        new("DO_INFERENCE_API_KEY", SettingKind.Secret, "model access key of DigitalOcean (`https://inference.do-ai.run/v1`)", "none", "`sk-do-...`"),
        new("DO_INFERENCE_API_KEY_FILE", SettingKind.File, "file that holds it", "none", "`/run/secrets/digitalocean`"),
    ];

    /// <summary>Azure OpenAI.</summary>
    public static IReadOnlyList<SettingDescription> Azure { get; } =
    [
        new("USE_AZURE_OPENAI", SettingKind.Switch, "chooses this mode; keys of other services are then left alone", "`false`", "`true`"),
        new("AZURE_OPENAI_ENDPOINT", SettingKind.Address, "endpoint of the resource, without a path", "none, needed", "`https://NAME.openai.azure.com`"),
        new("AZURE_OPENAI_API_KEY", SettingKind.Secret, "one of the resource's two keys", "none; this or Entra ID", "32 or 84 characters"),
        new("AZURE_OPENAI_API_KEY_FILE", SettingKind.File, "file that holds it", "none", "`/run/secrets/azure`"),
        new("AZURE_OPENAI_API_VERSION", SettingKind.Text, "a dated API version; unset or `v1` is the v1 surface, which needs none and gets new models first", "the v1 surface", "`2024-10-21`"),
        new("AZURE_OPENAI_CHAT_DEPLOYMENT", SettingKind.Text, "deployment that writes answers; the name that you gave it, not the model's", "none", "`gpt-prod`"),
        new("AZURE_OPENAI_FAST_DEPLOYMENT", SettingKind.Text, "deployment for small work", "that of answers", "`gpt-small`"),
        new("AZURE_OPENAI_EMBEDDING_DEPLOYMENT", SettingKind.List, "deployment that embeds; **setting it sends every document there**; further ones behind a comma are [kept for collections embedded with them](switching-models.md)", "the built-in model", "`embed-prod`"),
        new("AZURE_OPENAI_USE_ENTRA", SettingKind.Switch, "signs in with Microsoft Entra ID instead of a key", "`false`", "`true`"),
        new("AZURE_OPENAI_CREDENTIAL", SettingKind.Choice, "how: `client_secret`, `managed_identity`, `workload_identity`, `azure_cli`", "see below", "`managed_identity`"),
        new("AZURE_OPENAI_SCOPE", SettingKind.Text, "what tokens are for", "`https://ai.azure.com/.default` on the v1 surface, `https://cognitiveservices.azure.com/.default` on a dated one, the cloud's own in sovereign clouds", "`https://cognitiveservices.azure.com/.default`"),
        new("AZURE_TENANT_ID", SettingKind.Text, "directory (tenant): id or domain; needed for `client_secret` and `workload_identity`", "none", "`11111111-2222-3333-4444-555555555555`"),
        new("AZURE_CLIENT_ID", SettingKind.Text, "application, or user-assigned identity; needed for the same, chooses the identity for `managed_identity`", "none", "`11111111-2222-3333-4444-555555555555`"),
        new("AZURE_CLIENT_SECRET", SettingKind.Secret, "value (not id) of a client secret", "none", "40 characters"),
        new("AZURE_CLIENT_SECRET_FILE", SettingKind.File, "file that holds it", "none", "`/run/secrets/entra`"),
        new("AZURE_FEDERATED_TOKEN_FILE", SettingKind.File, "token file of workload identity; Kubernetes sets it", "none", "`/var/run/secrets/azure/tokens/azure-identity-token`"),
        new("AZURE_AUTHORITY_HOST", SettingKind.Address, "sign-in service", "`https://login.microsoftonline.com/`, the cloud's own in sovereign clouds", "`https://login.microsoftonline.us/`"),
    ];

    /// <summary>Models of this machine or its private network.</summary>
    public static IReadOnlyList<SettingDescription> Local { get; } =
    [
        new("USE_LOCAL_MODELS", SettingKind.Switch, "chooses this mode; keys of cloud services are then left alone", "`false`", "`true`"),
        new("LOCAL_LLM_ENDPOINT", SettingKind.Address, "server that writes answers: llama.cpp, vLLM, Ollama, LM Studio and others; with or without `/v1`", "none", "`http://127.0.0.1:11434`"),
        new("LOCAL_LLM_MODEL", SettingKind.Text, "its model", "none, needed with it", "`llama3.2:3b`"),
        new("LOCAL_LLM_API_KEY", SettingKind.Secret, "its key", "none", "`secret`"),
        new("LOCAL_LLM_API_KEY_FILE", SettingKind.File, "file that holds it", "none", "`/run/secrets/llm`"),
        new("LOCAL_LLM_CONTEXT_LENGTH", SettingKind.Number, "tokens of the context", "what the server says", "`8192`", 512, 16_777_216),
        new("LOCAL_LLM_TIMEOUT", SettingKind.Seconds, "most seconds for a whole answer, and so for its first byte and first token too: a slow machine spends its time on the prompt", "600; 60 to the first byte, 120 to the first token", "`300`", 0.1m, 86_400),
        new("LOCAL_EMBEDDING_ENDPOINT", SettingKind.Address, "server that embeds, text-embeddings-inference included", "that of `LOCAL_LLM_ENDPOINT`, where `LOCAL_EMBEDDING_MODEL` is set", "`http://127.0.0.1:8081`"),
        new("LOCAL_EMBEDDING_MODEL", SettingKind.List, "its model; further ones behind a comma are [kept for collections embedded with them](switching-models.md)", "the built-in model", "`nomic-embed-text`"),
        new("LOCAL_EMBEDDING_API_KEY", SettingKind.Secret, "its key", "that of the other, where the endpoint is the same", "`secret`"),
        new("LOCAL_EMBEDDING_API_KEY_FILE", SettingKind.File, "file that holds it", "none", "`/run/secrets/embedding`"),
        new("LOCAL_EMBEDDING_DIMENSIONS", SettingKind.Number, "numbers per embedding", "the model's", "`768`", 8, 8_192),
    ];

    /// <summary>What holds whichever models are used.</summary>
    public static IReadOnlyList<SettingDescription> EveryMode { get; } =
    [
        new("SYNAPSE_OFFLINE", SettingKind.Switch, "nothing but this machine and its private network may be reached; cloud providers are refused", "`false`", "`true`"),
    ];
}
