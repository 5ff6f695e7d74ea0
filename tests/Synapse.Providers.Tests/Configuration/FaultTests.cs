using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Configuration;

/// <summary>What is wrong is named with its key and its cure, all of it at once, and no secret is ever shown.</summary>
public sealed class FaultTests
{
    private const string OpenAI = $"OPENAI_API_KEY={Settings.OpenAIKey}\n";
    private const string Azure = $"USE_AZURE_OPENAI=true\nAZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com/\nAZURE_OPENAI_CHAT_DEPLOYMENT=gpt-prod\nAZURE_OPENAI_API_KEY={Settings.AzureKey}\n";
    private const string Entra = $"USE_AZURE_OPENAI=true\nAZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com/\nAZURE_OPENAI_CHAT_DEPLOYMENT=gpt-prod\nAZURE_OPENAI_USE_ENTRA=true\n";
    private const string Secret = $"AZURE_TENANT_ID={Settings.Guid}\nAZURE_CLIENT_ID={Settings.Guid}\nAZURE_CLIENT_SECRET=abc~x.1\n";
    private const string Local = "USE_LOCAL_MODELS=true\nLOCAL_LLM_ENDPOINT=http://127.0.0.1:8080\nLOCAL_LLM_MODEL=m\n";

    [Theory]
    [InlineData("\"sk-abc\"", "quotation marks")]
    [InlineData(" sk-abc", "blanks around")]
    [InlineData("sk-abc ", "blanks around")]
    [InlineData("sk-ab c", "a blank or a character inside")]
    [InlineData("sk-ab\u00e9", "a blank or a character inside")]
    [InlineData("Bearer sk-abc", "begins with 'Bearer'")]
    [InlineData("your-key-here", "still an example")]
    [InlineData("sk-your-api-key", "still an example")]
    [InlineData("<OPENAI_API_KEY>", "still an example")]
    [InlineData("sk-...", "still an example")]
    [InlineData("sk-xxxxxxxx", "still an example")]
    [InlineData("changeme", "still an example")]
    [InlineData("none", "still an example")]
    [InlineData("${OPENAI_API_KEY}", "still an example")]
    [InlineData("sk-ant-api03-abc", "form of a key of Anthropic")]
    [InlineData("gsk_abcdef", "form of a key of Groq")]
    [InlineData(Settings.AzureKey, "form of a key of Azure OpenAI")]
    public void A_key_that_cannot_be_right_is_named_without_being_shown(string key, string problem)
    {
        var fault = Settings.Fault($"OPENAI_API_KEY={key}");
        Assert.Equal("OPENAI_API_KEY", fault.Key);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
        Assert.NotEmpty(fault.Cure);
        Assert.DoesNotContain(key.Trim('<', '>', '$', '{', '}', ' ', '"'), fault.Problem + fault.Cure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OPENAI_BASE_URL=https://api.openai.com/v1/chat/completions", "single operation", "https://api.openai.com/v1")]
    [InlineData("OPENAI_BASE_URL=https://llm.example.com/v1/embeddings\nMODEL_CHAT=m", "single operation", "https://llm.example.com/v1")]
    [InlineData("OPENAI_BASE_URL=https://api.openai.com/v1/v1", "repeats", "https://api.openai.com/v1")]
    [InlineData("OPENAI_BASE_URL=https://api.openai.com/v2", "not a path", "https://api.openai.com/v1")]
    [InlineData("OPENAI_BASE_URL=https://me:pw@api.openai.com/v1", "user name or password", "Take it out")]
    [InlineData("OPENAI_BASE_URL=https://api.openai.com/v1?x=1", "question mark", "Take it out")]
    [InlineData("OPENAI_BASE_URL=https://api.openai.com/v1#a", "after a #", "Take it out")]
    [InlineData("OPENAI_BASE_URL=ftp://api.openai.com", "not spoken here", "https://")]
    [InlineData("OPENAI_BASE_URL=http://api.openai.com/v1", "in the open", "https")]
    [InlineData("OPENAI_BASE_URL='https://api.openai.com/v1'", "quotation mark", "Write it like")]
    [InlineData("OPENAI_BASE_URL=https://\nMODEL_CHAT=m", "not an address", "Write it like")]
    [InlineData("OPENAI_BASE_URL=http://169.254.169.254/v1\nMODEL_CHAT=m", "no model server has", "127.0.0.1")]
    [InlineData("OPENAI_BASE_URL=http://0.0.0.0:8080\nMODEL_CHAT=m", "no model server has", "127.0.0.1")]
    [InlineData("OPENAI_BASE_URL=https://contoso.openai.azure.com/openai/v1\nMODEL_CHAT=m", "Azure OpenAI", "USE_AZURE_OPENAI=true")]
    [InlineData("OPENAI_BASE_URL=https://contoso.openai.azure.com/openai/deployments/x\nMODEL_CHAT=m", "Azure OpenAI", "USE_AZURE_OPENAI=true")]
    public void An_address_of_OpenAI_s_language_that_is_wrong_is_refused(string line, string problem, string cure)
        => AssertFault(OpenAI + line, "OPENAI_BASE_URL", problem, cure);

    [Theory]
    [InlineData("MODEL_CHAT=sk-proj-abc", "MODEL_CHAT", "not the name of a model", "as the server lists it")]
    [InlineData("MODEL_CONTEXT_LENGTH=128k", "MODEL_CONTEXT_LENGTH", "'128k' is not a whole number from 512", "digits")]
    [InlineData("EMBEDDING_DIMENSIONS=512", "EMBEDDING_DIMENSIONS", "no embedding model", "Remove it")]
    [InlineData("MODEL_EMBEDDING=e\nEMBEDDING_DIMENSIONS=0", "EMBEDDING_DIMENSIONS", "'0' is not a whole number from 8 to 8,192", "digits")]
    [InlineData("MODEL_EMBEDDING=e\nEMBEDDING_BATCH_SIZE=1e3", "EMBEDDING_BATCH_SIZE", "'1e3'", "digits")]
    [InlineData("OPENAI_ORGANIZATION=a\nOPENAI_ORG_ID=b", "OPENAI_ORG_ID", "differs", "Remove one")]
    [InlineData("OPENAI_API_KEY_FILE=/x", "OPENAI_API_KEY_FILE", "is set too", "Keep one")]
    [InlineData("SYNAPSE_OFFLINE=maybe", "SYNAPSE_OFFLINE", "neither yes nor no", "true or false")]
    [InlineData("SYNAPSE_OFFLINE=true", "SYNAPSE_OFFLINE", "is not local (api.openai.com)", "Remove that provider")]
    public void Other_settings_of_OpenAI_that_are_wrong_are_named(string line, string key, string problem, string cure)
        => AssertFault(OpenAI + line, key, problem, cure);

    [Fact]
    public void A_secret_file_that_cannot_be_used_is_named()
    {
        AssertFault("OPENAI_API_KEY_FILE=/no/such/file", "OPENAI_API_KEY_FILE", "is not there", "readable");
        AssertFault($"OPENAI_API_KEY_FILE={Path.GetTempPath()}", "OPENAI_API_KEY_FILE", "the file", "readable");
        AssertFault("OPENAI_API_KEY_FILE=/dev/null", "OPENAI_API_KEY_FILE", "empty", "readable");
    }

    [Theory]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com/openai/deployments/gpt-4o/chat/completions", "AZURE_OPENAI_ENDPOINT", "/deployments/", "'gpt-4o' as the deployment's name")]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", "AZURE_OPENAI_ENDPOINT", "question mark", "the API version has a setting of its own")]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://contoso.services.ai.azure.com/api/projects/p1", "AZURE_OPENAI_ENDPOINT", "address of a project", "https://contoso.services.ai.azure.com")]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com/v2", "AZURE_OPENAI_ENDPOINT", "'/v2' is not a path", "https://contoso.openai.azure.com")]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://api.openai.com/v1", "AZURE_OPENAI_ENDPOINT", "not of an Azure resource", "NAME.openai.azure.com")]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://your-resource.openai.azure.com", "AZURE_OPENAI_ENDPOINT", "an example", "NAME.openai.azure.com")]
    [InlineData("AZURE_OPENAI_ENDPOINT=http://contoso.openai.azure.com", "AZURE_OPENAI_ENDPOINT", "in the open", "https")]
    [InlineData("AZURE_OPENAI_ENDPOINT=", "AZURE_OPENAI_ENDPOINT", "not set", "https://NAME.openai.azure.com")]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com/openai/v1\nAZURE_OPENAI_API_VERSION=2024-10-21", "AZURE_OPENAI_ENDPOINT", "v1 surface", "AZURE_OPENAI_API_VERSION")]
    [InlineData("AZURE_OPENAI_API_VERSION=latest", "AZURE_OPENAI_API_VERSION", "not an API version", "2024-10-21")]
    [InlineData("AZURE_OPENAI_API_VERSION=2024-13-01", "AZURE_OPENAI_API_VERSION", "not an API version", "2024-10-21")]
    [InlineData("AZURE_OPENAI_CHAT_DEPLOYMENT=", "AZURE_OPENAI_CHAT_DEPLOYMENT", "not set", "name of a deployment")]
    [InlineData("AZURE_OPENAI_CHAT_DEPLOYMENT=azure/gpt-4o", "AZURE_OPENAI_CHAT_DEPLOYMENT", "cannot be a deployment", "not a model's")]
    [InlineData("MODEL_CHAT=gpt-4o", "MODEL_CHAT", "by deployments, not by models", "AZURE_OPENAI_CHAT_DEPLOYMENT")]
    [InlineData("AZURE_OPENAI_CHAT_DEPLOYMENT=\nMODEL_CHAT=gpt-4o", "MODEL_CHAT", "by deployments, not by models", "AZURE_OPENAI_CHAT_DEPLOYMENT")]
    [InlineData("MODEL_EMBEDDING=text-embedding-3-small", "MODEL_EMBEDDING", "by deployments", "AZURE_OPENAI_EMBEDDING_DEPLOYMENT")]
    [InlineData("AZURE_OPENAI_API_KEY=sk-proj-abcdef", "AZURE_OPENAI_API_KEY", "form of a key of OpenAI", "key of Azure OpenAI")]
    [InlineData("AZURE_OPENAI_API_KEY=", "AZURE_OPENAI_API_KEY", "no key", "AZURE_OPENAI_USE_ENTRA=true")]
    [InlineData("AZURE_OPENAI_USE_ENTRA=true\nAZURE_OPENAI_CREDENTIAL=azure_cli", "AZURE_OPENAI_API_KEY", "there is a key too", "Keep one")]
    [InlineData("USE_LOCAL_MODELS=true\nLOCAL_LLM_ENDPOINT=http://localhost:1\nLOCAL_LLM_MODEL=m", "USE_LOCAL_MODELS", "USE_AZURE_OPENAI is true too", "Keep one")]
    public void Settings_of_Azure_that_are_wrong_are_named(string line, string key, string problem, string cure)
        => AssertFault(Azure + line, key, problem, cure);

    [Theory]
    [InlineData("", "AZURE_OPENAI_CREDENTIAL", "nothing says how", "managed_identity")]
    [InlineData("AZURE_OPENAI_CREDENTIAL=default", "AZURE_OPENAI_CREDENTIAL", "'default' is not a way", "client_secret, managed_identity")]
    [InlineData(Secret + "AZURE_TENANT_ID=", "AZURE_TENANT_ID", "needs it", "tenant")]
    [InlineData(Secret + "AZURE_CLIENT_ID=", "AZURE_CLIENT_ID", "needs it", "client")]
    [InlineData(Secret + "AZURE_CLIENT_ID=my-app", "AZURE_CLIENT_ID", "not an id of the application", "Copy the id")]
    [InlineData(Secret + "AZURE_TENANT_ID=my tenant", "AZURE_TENANT_ID", "not an id of the tenant", "Copy the id")]
    [InlineData(Secret + "AZURE_CLIENT_SECRET=" + Settings.Guid, "AZURE_CLIENT_SECRET", "the id of a secret", "'Value'")]
    [InlineData(Secret + "AZURE_CLIENT_SECRET=\nAZURE_OPENAI_CREDENTIAL=client_secret", "AZURE_CLIENT_SECRET", "has none", "value of a client secret")]
    [InlineData(Secret + "AZURE_CLIENT_SECRET=\nAZURE_FEDERATED_TOKEN_FILE=/no/such", "AZURE_FEDERATED_TOKEN_FILE", "is not there", "azure.workload.identity")]
    [InlineData(Secret + "AZURE_FEDERATED_TOKEN_FILE=/no/such", "AZURE_OPENAI_CREDENTIAL", "both set", "client_secret or workload_identity")]
    [InlineData(Secret + "AZURE_OPENAI_SCOPE=https://cognitiveservices.azure.com", "AZURE_OPENAI_SCOPE", "not a scope", "/.default")]
    [InlineData(Secret + "AZURE_AUTHORITY_HOST=https://login.microsoftonline.com/contoso", "AZURE_AUTHORITY_HOST", "sign-in service", "tenant has a setting")]
    [InlineData(Secret + "AZURE_OPENAI_ENDPOINT=https://eastus.api.cognitive.microsoft.com", "AZURE_OPENAI_CREDENTIAL", "regional", "NAME.openai.azure.com")]
    public void A_sign_in_that_cannot_work_is_named(string lines, string key, string problem, string cure)
        => AssertFault(Entra + lines, key, problem, cure);

    [Theory]
    [InlineData("LOCAL_LLM_ENDPOINT=https://api.openai.com/v1", "LOCAL_LLM_ENDPOINT", "not on this machine", "local server")]
    [InlineData("LOCAL_LLM_ENDPOINT=http://8.8.8.8:8000", "LOCAL_LLM_ENDPOINT", "not on this machine", "local server")]
    [InlineData("LOCAL_LLM_ENDPOINT=http://127.0.0.1:8080/v1/chat/completions", "LOCAL_LLM_ENDPOINT", "single operation", "http://127.0.0.1:8080")]
    [InlineData("LOCAL_LLM_ENDPOINT=http://127.0.0.1:11434/api/chat", "LOCAL_LLM_ENDPOINT", "single operation", "http://127.0.0.1:11434")]
    [InlineData("LOCAL_LLM_ENDPOINT=http://127.0.0.1:0", "LOCAL_LLM_ENDPOINT", "not an address", "http://127.0.0.1:8080")]
    [InlineData("LOCAL_LLM_ENDPOINT=http://127.0.0.1:99999", "LOCAL_LLM_ENDPOINT", "not an address", "http://127.0.0.1:8080")]
    [InlineData("LOCAL_LLM_ENDPOINT=", "LOCAL_LLM_ENDPOINT", "not set", "http://127.0.0.1:11434")]
    [InlineData("LOCAL_LLM_MODEL=", "LOCAL_LLM_MODEL", "needs a model", "/v1/models")]
    [InlineData("LOCAL_LLM_CONTEXT_LENGTH=8k", "LOCAL_LLM_CONTEXT_LENGTH", "'8k'", "digits")]
    [InlineData("LOCAL_LLM_TIMEOUT=5m", "LOCAL_LLM_TIMEOUT", "'5m'", "without a unit")]
    [InlineData("MODEL_CONTEXT_LENGTH=8192", "MODEL_CONTEXT_LENGTH", "for cloud models", "LOCAL_LLM_CONTEXT_LENGTH")]
    [InlineData("MODEL_CHAT=gpt", "MODEL_CHAT", "for cloud models", "LOCAL_LLM_MODEL")]
    [InlineData("LOCAL_LLM_MODEL=gpt-oss:120b-cloud", "Synapse:Providers", "passes what it gets on to ollama.com", "Local set to false")]
    [InlineData("LOCAL_LLM_MODEL=kimi:cloud\nSYNAPSE_OFFLINE=1", "SYNAPSE_OFFLINE", "passes what it gets on to ollama.com", "runs on the server")]
    public void Settings_of_local_models_that_are_wrong_are_named(string line, string key, string problem, string cure)
        => AssertFault(Local + line, key, problem, cure);

    [Theory]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com", "USE_AZURE_OPENAI", "is not set, and AZURE_OPENAI_ENDPOINT is", "USE_AZURE_OPENAI=true")]
    [InlineData("LOCAL_EMBEDDING_ENDPOINT=http://localhost:1", "USE_LOCAL_MODELS", "is not set", "USE_LOCAL_MODELS=false")]
    [InlineData("MODEL_CHAT=m", "MODEL_CHAT", "no provider is set", "OPENAI_API_KEY")]
    [InlineData("USE_AZURE_OPENAI=ture", "USE_AZURE_OPENAI", "'ture' is neither yes nor no", "true or false")]
    [InlineData("GROQ_API_KEY=gsk_abcdef\nMODEL_CHAT=m\nMODEL_EMBEDDING=e", "MODEL_EMBEDDING", "Groq has no embedding models", "built-in")]
    public void A_mode_that_is_half_set_is_not_left_out_in_silence(string lines, string key, string problem, string cure)
        => AssertFault(lines, key, problem, cure);

    [Fact]
    public void A_mode_that_is_switched_off_may_stay_half_set()
        => Assert.Empty(Settings.Read("USE_AZURE_OPENAI=false\nAZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com\nUSE_LOCAL_MODELS=0\nLOCAL_LLM_ENDPOINT=http://x").Faults);

    [Fact]
    public void All_faults_come_at_once()
    {
        var faults = Settings.Read("""
            USE_AZURE_OPENAI=true
            AZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com/openai/deployments/x
            AZURE_OPENAI_API_KEY="quoted"
            AZURE_OPENAI_API_VERSION=newest
            AZURE_OPENAI_CHAT_DEPLOYMENT=a b
            MODEL_FAST=m
            EMBEDDING_DIMENSIONS=x
            SYNAPSE_OFFLINE=perhaps
            """).Faults;
        Assert.Equal(
            ["SYNAPSE_OFFLINE", "AZURE_OPENAI_API_VERSION", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_CHAT_DEPLOYMENT", "MODEL_FAST", "EMBEDDING_DIMENSIONS"],
            faults.Select(fault => fault.Key));
        Assert.All(faults, fault => Assert.True(fault.Problem.EndsWith('.') && fault.Cure.Length > 0, fault.ToString()));
    }

    private static void AssertFault(string lines, string key, string problem, string cure)
    {
        var fault = Settings.Fault(lines);
        Assert.Equal(key, fault.Key);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
        Assert.Contains(cure, fault.Cure, StringComparison.Ordinal);
    }
}
