using Microsoft.Extensions.DependencyInjection;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Embedding;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Configuration;

/// <summary>The list of named providers.</summary>
public sealed class ListTests
{
    private const string First = "Synapse:Providers:0:Name=a\nSynapse:Providers:0:Kind=OpenAI\nSynapse:Providers:0:ApiKey=" + Settings.OpenAIKey + "\nSynapse:Providers:0:Chat=m\n";
    private const string Ollama = "Synapse:Providers:0:Name=o\nSynapse:Providers:0:Kind=Ollama\nSynapse:Providers:0:Endpoint=http://localhost:11434\nSynapse:Providers:0:Chat=m\n";

    [Fact]
    public void Providers_keep_their_order_also_beyond_ten()
    {
        var lines = Enumerable.Range(0, 12).Select(at => $"SYNAPSE__PROVIDERS__{at}__NAME=p{at}\nSYNAPSE__PROVIDERS__{at}__KIND=Vllm\nSYNAPSE__PROVIDERS__{at}__ENDPOINT=http://10.0.0.{at + 1}:8000/v1\nSYNAPSE__PROVIDERS__{at}__CHAT=m");
        var read = Settings.Read(string.Join('\n', lines.Reverse()));
        Assert.Empty(read.Faults);
        Assert.Equal(Enumerable.Range(0, 12).Select(at => $"p{at}"), read.Providers.Select(provider => provider.Name));
        Assert.Equal(new Uri("http://10.0.0.1:8000/"), read.Providers[0].Endpoint);
    }

    [Fact]
    public void Every_setting_of_a_listed_provider_arrives()
    {
        var provider = Settings.One("""
            Synapse:Providers:0:Name=team.gpu-1
            Synapse:Providers:0:Kind=llama.cpp
            Synapse:Providers:0:Endpoint=gpu-1:8080
            Synapse:Providers:0:ApiKey=local-key
            Synapse:Providers:0:Chat=c
            Synapse:Providers:0:Fast=f
            Synapse:Providers:0:Embedding=e
            Synapse:Providers:0:Rerank=r
            Synapse:Providers:0:ContextTokens=16384
            Synapse:Providers:0:MaxOutputTokens=1024
            Synapse:Providers:0:EmbeddingDimensions=384
            Synapse:Providers:0:EmbeddingBatchSize=32
            Synapse:Providers:0:QueryPrefix=query: 
            Synapse:Providers:0:PassagePrefix=passage: 
            Synapse:Providers:0:MaxConcurrency=2
            Synapse:Providers:0:RequestsPerMinute=500
            Synapse:Providers:0:TokensPerMinute=1000000
            Synapse:Providers:0:QueueSeconds=5
            Synapse:Providers:0:Timeouts:ConnectSeconds=1
            Synapse:Providers:0:Timeouts:FirstByteSeconds=2
            Synapse:Providers:0:Timeouts:FirstTokenSeconds=3
            Synapse:Providers:0:Timeouts:IdleSeconds=4.5
            Synapse:Providers:0:Timeouts:CommentsOnlySeconds=5
            Synapse:Providers:0:Timeouts:TotalSeconds=6
            Synapse:Providers:0:Timeouts:LoadSeconds=7
            Synapse:Providers:0:Prices:c:Input=0.25
            Synapse:Providers:0:Prices:c:Output=2
            Synapse:Providers:0:Prices:llama3.2:3b:Input=1
            Synapse:Providers:0:Prices:llama3.2:3b:Currency=EUR
            """);
        Assert.Equal(("team.gpu-1", ProviderKind.LlamaCpp, new Uri("http://gpu-1:8080/"), AddressReach.Private, "local-key"),
            (provider.Name, provider.Kind, provider.Endpoint, provider.Reach, provider.ApiKey!.Reveal()));
        Assert.Equal(("c", "f", "e", "r"), (provider.ChatModel, provider.FastModel, provider.EmbeddingModel, provider.RerankModel));
        Assert.Equal((16_384, 1_024, 384, 32, 2), (provider.ContextTokens, provider.MaxOutputTokens, provider.EmbeddingDimensions, provider.EmbeddingBatchSize, provider.MaxConcurrency));
        Assert.Equal((500, 1_000_000), (provider.RequestsPerMinute, provider.TokensPerMinute));
        Assert.Equal(("query: ", "passage: ", TimeSpan.FromSeconds(5)), (provider.QueryPrefix, provider.PassagePrefix, provider.QueueTimeout));
        var limits = provider.Timeouts;
        Assert.Equal([1, 2, 3, 4.5, 5, 6, 7], new[] { limits.Connect, limits.FirstByte, limits.FirstToken, limits.Idle, limits.CommentsOnly, limits.Total, limits.Load }.Select(limit => limit.TotalSeconds));
        Assert.Equal(new TokenPrice(0.25m, 2m), provider.Prices["c"]);
        Assert.Equal(new TokenPrice(1m, 0m, "EUR"), provider.Prices["llama3.2:3b"]);
    }

    [Fact]
    public void Azure_with_a_sign_in_stands_beside_a_service_of_known_address()
    {
        var read = Settings.Read($"""
            Synapse:Providers:0:Name=azure-eu
            Synapse:Providers:0:Kind=azure-openai
            Synapse:Providers:0:Endpoint=https://contoso.openai.azure.com
            Synapse:Providers:0:ApiVersion=2024-10-21
            Synapse:Providers:0:Entra:Credential=client_secret
            Synapse:Providers:0:Entra:TenantId=contoso.example
            Synapse:Providers:0:Entra:ClientId={Settings.Guid}
            Synapse:Providers:0:Entra:ClientSecret=abc~x.1
            Synapse:Providers:0:Chat=prod
            Synapse:Providers:1:Name=backup
            Synapse:Providers:1:Kind=Groq
            Synapse:Providers:1:ApiKey=gsk_abcdef
            Synapse:Providers:1:Chat=llama
            """);
        Assert.Empty(read.Faults);
        var entra = read.Providers[0].Entra!;
        Assert.Equal((EntraCredentialKind.ClientSecret, "contoso.example", Settings.Guid, "abc~x.1"), (entra.Kind, entra.TenantId, entra.ClientId, entra.ClientSecret!.Reveal()));
        Assert.Equal((ProviderKind.OpenAICompatible, new Uri("https://api.groq.com/openai/v1")), (read.Providers[1].Kind, read.Providers[1].Endpoint));
    }

    [Theory]
    [InlineData("OpenAICompatible", "http://127.0.0.1:4000", "", AddressReach.Loopback)]
    [InlineData("OpenAICompatible", "http://127.0.0.1:4000", "false", AddressReach.Public)]
    [InlineData("OpenAICompatible", "https://llm.corp.example", "", AddressReach.Public)]
    [InlineData("OpenAICompatible", "https://llm.corp.example", "true", AddressReach.Private)]
    [InlineData("Vllm", "http://llm.corp.example", "", AddressReach.Private)]
    [InlineData("Vllm", "https://llm.example.com", "false", AddressReach.Public)]
    public void How_far_a_server_may_be_follows_from_its_kind_its_host_and_the_operator_s_word(string kind, string endpoint, string local, AddressReach reach)
        => Assert.Equal(reach, Settings.One($"Synapse:Providers:0:Name=x\nSynapse:Providers:0:Kind={kind}\nSynapse:Providers:0:Endpoint={endpoint}\nSynapse:Providers:0:Local={local}\nSynapse:Providers:0:Chat=m").Reach);

    [Theory]
    [InlineData("Synapse:Providers:0:Embeding=e", "Synapse:Providers:0:Embeding", "no such setting", "Did you mean Embedding?")]
    [InlineData("Synapse:Providers:0:Timeouts:TotalSecond=3", "Synapse:Providers:0:Timeouts:TotalSecond", "no such setting", "Did you mean Timeouts:TotalSeconds?")]
    [InlineData("Synapse:Providers:0:Colour=red", "Synapse:Providers:0:Colour", "no such setting", "Known are Name, Kind")]
    [InlineData("Synapse:Providers:0:Prices:m:Inptu=1", "Synapse:Providers:0:Prices:m:Inptu", "no such setting", "Known are Input")]
    [InlineData("Synapse:Providers:0:Prices:m:Input=-1", "Synapse:Providers:0:Prices:m:Input", "not a price", "decimal point")]
    [InlineData("Synapse:Providers:0:Prices:m:Currency=euro", "Synapse:Providers:0:Prices:m:Currency", "not a currency", "three capital letters")]
    [InlineData("Synapse:Providers:0:Kind=OpenIA", "Synapse:Providers:0:Kind", "'OpenIA' is not a kind", "OpenAI, AzureOpenAI")]
    [InlineData("Synapse:Providers:0:Name=", "Synapse:Providers:0:Name", "no name", "1 to 64")]
    [InlineData("Synapse:Providers:0:Name=a b", "Synapse:Providers:0:Name", "not a name", "1 to 64")]
    [InlineData("Synapse:Providers:0:Chat=", "Synapse:Providers:0:Chat", "no role", "Chat, Fast, Embedding or Rerank")]
    [InlineData("Synapse:Providers:0:ApiKey=", "Synapse:Providers:0:ApiKey", "no key", "SYNAPSE__PROVIDERS__0__APIKEY")]
    [InlineData("Synapse:Providers:0:Rerank=r", "Synapse:Providers:0:Rerank", "OpenAI does not take it", "Remove it")]
    [InlineData("Synapse:Providers:0:ApiVersion=2024-10-21", "Synapse:Providers:0:ApiVersion", "OpenAI does not take it", "Remove it")]
    [InlineData("Synapse:Providers:0:Entra:Credential=azure_cli", "Synapse:Providers:0:Entra", "no sign-in with Entra ID", "AzureOpenAI")]
    [InlineData("Synapse:Providers:0:Local=true", "Synapse:Providers:0:Endpoint", "said to be local", "Synapse:Providers:0:Local to false")]
    [InlineData("Synapse:Providers:0:RequestsPerMinute=0", "Synapse:Providers:0:RequestsPerMinute", "from 1 to 1,000,000,000", "digits")]
    [InlineData("Synapse:Providers:0:TokensPerMinute=1M", "Synapse:Providers:0:TokensPerMinute", "from 1 to 1,000,000,000", "digits")]
    [InlineData("Synapse:Providers:0:MaxConcurrency=0", "Synapse:Providers:0:MaxConcurrency", "from 1 to 1,024", "digits")]
    [InlineData("Synapse:Providers:0:EmbeddingDimensions=256", "Synapse:Providers:0:EmbeddingDimensions", "does not embed", "set Embedding")]
    [InlineData("Synapse:Providers:0:ContextTokens=1000\nSynapse:Providers:0:MaxOutputTokens=1000", "Synapse:Providers:0:MaxOutputTokens", "whole context", "room for the prompt")]
    [InlineData("Synapse:Providers:first:Name=x", "Synapse:Providers:first", "not a number", "Synapse:Providers:0")]
    [InlineData("MODEL_CHAT=m", "MODEL_CHAT", "is not read where", "Remove one")]
    [InlineData("USE_LOCAL_MODELS=true", "USE_LOCAL_MODELS", "is not read where", "Remove one")]
    public void A_wrong_setting_of_the_list_is_named(string lines, string key, string problem, string cure) => AssertFault(First + lines, key, problem, cure);

    [Theory]
    [InlineData("Synapse:Providers:0:Endpoint=", "Synapse:Providers:0:Endpoint", "no address", "base address")]
    [InlineData("Synapse:Providers:0:Endpoint=http://8.8.8.8", "Synapse:Providers:0:Endpoint", "said to be local", "Local to false")]
    [InlineData("Synapse:Providers:0:Chat=gpt-oss:20b-cloud", "Synapse:Providers", "passes what it gets on", "Local set to false")]
    [InlineData("Synapse:Providers:0:Local=false\nSYNAPSE_OFFLINE=true", "SYNAPSE_OFFLINE", "'o' is not local", "Remove that provider")]
    public void A_listed_local_server_that_is_none_is_named(string lines, string key, string problem, string cure) => AssertFault(Ollama + lines, key, problem, cure);

    [Fact]
    public void Two_providers_of_one_name_are_refused()
        => AssertFault(First + First.Replace(":0:", ":1:", StringComparison.Ordinal).Replace("=a\n", "=A\n", StringComparison.Ordinal), "Synapse:Providers", "called 'a'", "name of its own");

    [Theory]
    [InlineData("Synapse:Providers:1:Embedding=other", 2)]
    [InlineData("Synapse:Providers:1:Embedding=e\nSynapse:Providers:1:QueryPrefix=q: ", 2)]
    [InlineData("Synapse:Providers:1:Embedding=e\nSynapse:Providers:1:EmbeddingDimensions=256", 2)]
    [InlineData("Synapse:Providers:1:Embedding=e", 1)]
    public void Providers_of_one_space_stand_in_for_each_other_and_every_space_has_an_embedder(string second, int embedders)
    {
        var read = Settings.Read($"{First}Synapse:Providers:0:Embedding=e\n{First.Replace(":0:", ":1:", StringComparison.Ordinal).Replace("=a\n", "=b\n", StringComparison.Ordinal)}{second}");
        Assert.Empty(read.Faults);
        using var services = new ServiceCollection().AddLogging().AddSingleton<IEgress>(new LoopbackEgress()).AddProviders(read.Providers).BuildServiceProvider();
        Assert.Equal(((string[])["a", "b"])[..embedders], services.GetServices<ProviderEmbedder>().Select(embedder => embedder.Provider));
    }

    [Fact]
    public void With_a_list_a_key_for_other_programs_in_the_environment_is_left_alone()
        => Assert.Equal("o", Settings.One($"{Ollama}OPENAI_API_KEY=sk-proj-x\nANTHROPIC_API_KEY=sk-ant-x").Name);

    [Fact]
    public void Offline_a_list_of_local_servers_is_taken()
    {
        var read = Settings.Read($"{Ollama}SYNAPSE_OFFLINE=true");
        Assert.Empty(read.Faults);
        Assert.True(read.IsOffline);
    }

    private static void AssertFault(string lines, string key, string problem, string cure)
    {
        var fault = Settings.Fault(lines);
        Assert.Equal(key, fault.Key);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
        Assert.Contains(cure, fault.Cure, StringComparison.Ordinal);
    }
}
