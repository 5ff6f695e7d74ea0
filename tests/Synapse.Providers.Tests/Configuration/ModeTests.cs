using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Configuration;

/// <summary>What the flat variables of each mode become.</summary>
public sealed class ModeTests
{
    private const string Azure = $"USE_AZURE_OPENAI=true\nAZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com/\nAZURE_OPENAI_CHAT_DEPLOYMENT=gpt-prod\n";
    private const string AzureWithKey = $"{Azure}AZURE_OPENAI_API_KEY={Settings.AzureKey}\n";

    [Fact]
    public void Nothing_set_is_no_provider_and_no_fault()
    {
        var read = Settings.Read("PATH=/usr/bin");
        Assert.Empty(read.Providers);
        Assert.Empty(read.Faults);
        Assert.False(read.IsOffline);
    }

    [Fact]
    public void A_key_of_OpenAI_alone_answers_with_a_default_model_and_leaves_embedding_on_this_machine()
    {
        var provider = Settings.One($"OPENAI_API_KEY={Settings.OpenAIKey}");
        Assert.Equal(("openai", ProviderKind.OpenAI, new Uri("https://api.openai.com/v1"), AddressReach.Public),
            (provider.Name, provider.Kind, provider.Endpoint, provider.Reach));
        Assert.Equal((OpenAIVariables.DefaultChatModel, null, null), (provider.ChatModel, provider.FastModel, provider.EmbeddingModel));
        Assert.Equal(Settings.OpenAIKey, provider.ApiKey!.Reveal());
        Assert.DoesNotContain(Settings.OpenAIKey, provider.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_variable_of_OpenAI_arrives()
    {
        var provider = Settings.One($"""
            OPENAI_API_KEY={Settings.OpenAIKey}
            OPENAI_ORGANIZATION=org-1
            OPENAI_PROJECT=proj_2
            MODEL_CHAT=gpt-x
            MODEL_FAST=gpt-y
            MODEL_EMBEDDING=text-embedding-3-small
            MODEL_CONTEXT_LENGTH=32768
            EMBEDDING_DIMENSIONS=512
            EMBEDDING_BATCH_SIZE=64
            """);
        Assert.Equal(32_768, provider.ContextTokens);
        Assert.Equal(("org-1", "proj_2", "gpt-x", "gpt-y", "text-embedding-3-small", 512, 64),
            (provider.Organization, provider.Project, provider.ChatModel, provider.FastModel, provider.EmbeddingModel, provider.EmbeddingDimensions, provider.EmbeddingBatchSize));
        Assert.Equal("org-3", Settings.One($"OPENAI_API_KEY={Settings.OpenAIKey}\nOPENAI_ORG_ID=org-3").Organization);
    }

    [Theory]
    [InlineData("https://api.openai.com", ProviderKind.OpenAI, "https://api.openai.com/v1", AddressReach.Public)]
    [InlineData("https://api.openai.com/v1/", ProviderKind.OpenAI, "https://api.openai.com/v1", AddressReach.Public)]
    [InlineData("https://llm.example.com/openai/v1/", ProviderKind.OpenAICompatible, "https://llm.example.com/openai/v1", AddressReach.Public)]
    [InlineData("http://localhost:1234", ProviderKind.OpenAICompatible, "http://localhost:1234/v1", AddressReach.Loopback)]
    [InlineData("http://10.1.2.3:8000/v1", ProviderKind.OpenAICompatible, "http://10.1.2.3:8000/v1", AddressReach.Private)]
    [InlineData("http://[::1]:8000", ProviderKind.OpenAICompatible, "http://[::1]:8000/v1", AddressReach.Loopback)]
    public void A_base_address_of_OpenAI_s_language_is_completed(string written, ProviderKind kind, string endpoint, AddressReach reach)
    {
        var provider = Settings.One($"OPENAI_API_KEY={Settings.OpenAIKey}\nMODEL_CHAT=m\nOPENAI_BASE_URL={written}");
        Assert.Equal((kind, new Uri(endpoint), reach), (provider.Kind, provider.Endpoint, provider.Reach));
    }

    [Fact]
    public void A_server_on_this_machine_needs_no_key()
        => Assert.Null(Settings.One("OPENAI_BASE_URL=http://127.0.0.1:4000/v1\nMODEL_CHAT=m").ApiKey);

    [Theory]
    [InlineData("none")]
    [InlineData("EMPTY")]
    [InlineData("sk-no-key-required")]
    public void A_server_that_wants_no_key_may_be_given_any_word(string word)
    {
        Assert.Equal(word, Settings.One($"OPENAI_BASE_URL=https://llm.example.com/v1\nOPENAI_API_KEY={word}\nMODEL_CHAT=m").ApiKey!.Reveal());
        Assert.Equal(word, Settings.One($"USE_LOCAL_MODELS=true\nLOCAL_LLM_ENDPOINT=http://localhost:8080\nLOCAL_LLM_MODEL=test\nLOCAL_LLM_API_KEY={word}").ApiKey!.Reveal());
    }

    [Theory]
    [InlineData("ANTHROPIC_API_KEY=sk-ant-api03-abcdef", "anthropic", ProviderKind.Anthropic, "https://api.anthropic.com/")]
    [InlineData("GROQ_API_KEY=gsk_abcdefabcdef", "groq", ProviderKind.OpenAICompatible, "https://api.groq.com/openai/v1")]
    [InlineData("GEMINI_API_KEY=AIzaSyAbcdef123", "gemini", ProviderKind.OpenAICompatible, "https://generativelanguage.googleapis.com/v1beta/openai")]
    [InlineData("CEREBRAS_API_KEY=csk-abcdefabcdef", "cerebras", ProviderKind.OpenAICompatible, "https://api.cerebras.ai/v1")]
    [InlineData("DO_INFERENCE_API_KEY=sk-do-abcdefabcdef", "digitalocean", ProviderKind.OpenAICompatible, "https://inference.do-ai.run/v1")]
    public void A_key_and_a_model_are_enough_for_a_service_whose_address_is_known(string key, string name, ProviderKind kind, string endpoint)
    {
        var provider = Settings.One($"{key}\nMODEL_CHAT=some/model-1");
        Assert.Equal((name, kind, new Uri(endpoint), "some/model-1"), (provider.Name, provider.Kind, provider.Endpoint, provider.ChatModel));
        Assert.Equal("MODEL_CHAT", Settings.Fault(key).Key);
    }

    [Fact]
    public void With_keys_of_several_services_the_operator_says_which()
    {
        const string both = $"OPENAI_API_KEY={Settings.OpenAIKey}\nGROQ_API_KEY=gsk_abcdefabcdef\nMODEL_CHAT=m\n";
        var fault = Settings.Fault(both);
        Assert.Equal("MODEL_PROVIDER", fault.Key);
        Assert.Contains("OPENAI_API_KEY, GROQ_API_KEY", fault.Problem, StringComparison.Ordinal);
        Assert.Contains("openai or groq", fault.Cure, StringComparison.Ordinal);
        Assert.Equal("groq", Settings.One($"{both}MODEL_PROVIDER=Groq").Name);
        Assert.Empty(Settings.Read($"{both}MODEL_PROVIDER=none").Providers);
        Assert.Equal("GEMINI_API_KEY", Settings.Fault($"{both}MODEL_PROVIDER=gemini").Key);
    }

    [Theory]
    [InlineData("", null, "https://contoso.openai.azure.com/")]
    [InlineData("AZURE_OPENAI_API_VERSION=v1", null, "https://contoso.openai.azure.com/")]
    [InlineData("AZURE_OPENAI_API_VERSION=2024-10-21", "2024-10-21", "https://contoso.openai.azure.com/")]
    [InlineData("AZURE_OPENAI_API_VERSION=2025-03-01-preview", "2025-03-01-preview", "https://contoso.openai.azure.com/")]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com/openai/v1/", null, "https://contoso.openai.azure.com/")]
    [InlineData("AZURE_OPENAI_ENDPOINT=contoso.openai.azure.com/openai", null, "https://contoso.openai.azure.com/")]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://gateway.example.com/aoai", null, "https://gateway.example.com/aoai")]
    public void An_Azure_resource_is_reached_on_the_surface_that_was_meant(string more, string? version, string endpoint)
    {
        var provider = Settings.One(AzureWithKey + more);
        Assert.Equal((version, new Uri(endpoint), AddressReach.Public, ProviderKind.AzureOpenAI), (provider.ApiVersion, provider.Endpoint, provider.Reach, provider.Kind));
        Assert.Equal(("gpt-prod", null, null), (provider.ChatModel, provider.EmbeddingModel, provider.ContextTokens));
        Assert.Equal(128_000, Settings.One($"{AzureWithKey}MODEL_CONTEXT_LENGTH=128000\n{more}").ContextTokens);
    }

    [Fact]
    public void In_Azure_mode_a_key_of_OpenAI_in_the_environment_is_left_alone()
        => Assert.Equal("azure", Settings.One($"{AzureWithKey}OPENAI_API_KEY={Settings.OpenAIKey}\nAZURE_OPENAI_FAST_DEPLOYMENT=f\nAZURE_OPENAI_EMBEDDING_DEPLOYMENT=e").Name);

    [Theory]
    [InlineData("AZURE_CLIENT_SECRET=abc~x.1", EntraCredentialKind.ClientSecret)]
    [InlineData("AZURE_OPENAI_CREDENTIAL=managed_identity", EntraCredentialKind.ManagedIdentity)]
    [InlineData("AZURE_OPENAI_CREDENTIAL=azure-cli", EntraCredentialKind.AzureCli)]
    [InlineData("", EntraCredentialKind.ManagedIdentity)]
    public void The_way_to_sign_in_follows_from_what_is_set(string more, EntraCredentialKind kind)
        => Assert.Equal(kind, Settings.One($"{Azure}AZURE_OPENAI_USE_ENTRA=true\nAZURE_TENANT_ID={Settings.Guid}\nAZURE_CLIENT_ID={Settings.Guid}\n{more}").Entra!.Kind);

    [Theory]
    [InlineData("", "https://ai.azure.com/.default", "https://login.microsoftonline.com/")]
    [InlineData("AZURE_OPENAI_API_VERSION=2024-10-21", "https://cognitiveservices.azure.com/.default", "https://login.microsoftonline.com/")]
    [InlineData("AZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.us", "https://cognitiveservices.azure.us/.default", "https://login.microsoftonline.us/")]
    [InlineData("AZURE_OPENAI_SCOPE=api://mine/.default\nAZURE_AUTHORITY_HOST=login.example.com", "api://mine/.default", "https://login.example.com/")]
    public void Scope_and_sign_in_service_follow_from_the_surface_and_the_cloud(string more, string scope, string authority)
    {
        var entra = Settings.One($"{Azure}AZURE_OPENAI_USE_ENTRA=true\nAZURE_OPENAI_CREDENTIAL=azure_cli\n{more}").Entra!;
        Assert.Equal((scope, new Uri(authority)), (entra.Scope, entra.Authority));
    }

    [Fact]
    public void Local_mode_makes_a_provider_for_chat_and_one_for_embedding()
    {
        var read = Settings.Read("""
            USE_LOCAL_MODELS=true
            LOCAL_LLM_ENDPOINT=http://localhost:11434/v1
            LOCAL_LLM_MODEL=llama3.2:3b
            LOCAL_LLM_CONTEXT_LENGTH=8192
            LOCAL_LLM_TIMEOUT=300
            LOCAL_EMBEDDING_ENDPOINT=http://192.168.1.9:8080
            LOCAL_EMBEDDING_MODEL=nomic-embed-text
            LOCAL_EMBEDDING_DIMENSIONS=768
            LOCAL_EMBEDDING_API_KEY=k1
            EMBEDDING_BATCH_SIZE=16
            OPENAI_API_KEY=sk-proj-of-another-program
            """);
        Assert.Empty(read.Faults);
        var (chat, embedding) = (read.Providers[0], read.Providers[1]);
        Assert.Equal(("local-chat", new Uri("http://localhost:11434/"), AddressReach.Loopback, "llama3.2:3b", 8_192), (chat.Name, chat.Endpoint, chat.Reach, chat.ChatModel, chat.ContextTokens));
        var limit = TimeSpan.FromMinutes(5);
        Assert.Equal((limit, limit, limit, TimeSpan.FromSeconds(60)), (chat.Timeouts.Total, chat.Timeouts.FirstByte, chat.Timeouts.FirstToken, chat.Timeouts.Idle));
        Assert.Equal(("local-embedding", AddressReach.Private, "nomic-embed-text", 768, 16, "k1"),
            (embedding.Name, embedding.Reach, embedding.EmbeddingModel, embedding.EmbeddingDimensions, embedding.EmbeddingBatchSize, embedding.ApiKey!.Reveal()));
    }

    [Theory]
    [InlineData("http://ollama:11434", "http://ollama:11434/", AddressReach.Private)]
    [InlineData("gpu.lan:8000", "http://gpu.lan:8000/", AddressReach.Private)]
    [InlineData("http://host.docker.internal:11434/api", "http://host.docker.internal:11434/", AddressReach.Private)]
    [InlineData("http://llm.corp.example/prefix/v1/", "http://llm.corp.example/prefix", AddressReach.Private)]
    [InlineData("http://[fd00::1]:8080", "http://[fd00::1]:8080/", AddressReach.Private)]
    [InlineData("http://[::ffff:127.0.0.1]:8080", "http://[::ffff:127.0.0.1]:8080/", AddressReach.Loopback)]
    public void A_local_address_is_held_to_the_private_network(string written, string endpoint, AddressReach reach)
    {
        var provider = Settings.One($"USE_LOCAL_MODELS=yes\nLOCAL_LLM_MODEL=m\nLOCAL_LLM_ENDPOINT={written}");
        Assert.Equal((new Uri(endpoint), reach), (provider.Endpoint, provider.Reach));
    }

    [Fact]
    public void One_local_server_for_both_is_written_once()
    {
        var read = Settings.Read("USE_LOCAL_MODELS=1\nLOCAL_LLM_ENDPOINT=http://localhost:11434\nLOCAL_LLM_MODEL=a\nLOCAL_EMBEDDING_MODEL=b\nLOCAL_LLM_API_KEY=k");
        Assert.Empty(read.Faults);
        Assert.Equal(["local-chat", "local-embedding"], read.Providers.Select(provider => provider.Name));
        Assert.All(read.Providers, provider => Assert.Equal("k", provider.ApiKey!.Reveal()));
    }

    [Fact]
    public void A_secret_may_stand_in_a_file_of_its_own()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $"\uFEFF{Settings.OpenAIKey}\r\n");
            Assert.Equal(Settings.OpenAIKey, Settings.One($"OPENAI_API_KEY_FILE={file}").ApiKey!.Reveal());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("OPENAI_API_KEY=" + Settings.OpenAIKey + "\nEMBEDDING_DIMENSIONS=256\nMODEL_EMBEDDING", "openai")]
    [InlineData("USE_AZURE_OPENAI=true\nAZURE_OPENAI_ENDPOINT=https://x.openai.azure.com\nAZURE_OPENAI_API_KEY=0123456789abcdef0123456789abcdef\nAZURE_OPENAI_CHAT_DEPLOYMENT=c\nEMBEDDING_DIMENSIONS=256\nAZURE_OPENAI_EMBEDDING_DEPLOYMENT", "azure")]
    [InlineData("USE_LOCAL_MODELS=true\nLOCAL_EMBEDDING_ENDPOINT=http://127.0.0.1:8081\nLOCAL_EMBEDDING_DIMENSIONS=256\nLOCAL_EMBEDDING_MODEL", "local-embedding")]
    public void Further_embedding_models_are_providers_that_only_embed(string lines, string name)
    {
        var read = Settings.Read($"{lines}=new, old ,older");
        Assert.Empty(read.Faults);
        Assert.Equal([(name, "new", 256), ($"{name}-2", "old", null), ($"{name}-3", "older", (int?)null)], read.Providers.Select(provider => (provider.Name, provider.EmbeddingModel, provider.EmbeddingDimensions)));
        Assert.All(read.Providers.Skip(1), provider => Assert.Null(provider.ChatModel));
        Assert.All(read.Providers, provider => Assert.Equal(read.Providers[0].Endpoint, provider.Endpoint));

        var twice = Settings.Read($"{lines}=new,NEW");
        Assert.Contains("a model is named twice", Assert.Single(twice.Faults).Problem, StringComparison.Ordinal);
    }
}
