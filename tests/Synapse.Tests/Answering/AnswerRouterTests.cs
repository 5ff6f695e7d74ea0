using Microsoft.Extensions.DependencyInjection;
using Synapse.Answering;
using Synapse.Chat;
using Synapse.Embedding;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Answering;

public sealed class AnswerRouterTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Registration_answers_with_a_model_exactly_when_chat_models_are_registered(bool hasModels)
    {
        var embedder = new HashingEmbedder();
        var library = new InMemoryLibrary(embedder, new TextAnalyzer());
        var services = new ServiceCollection().AddSingleton<IEmbedder>(embedder).AddSingleton<ISearchStore>(library).AddSingleton<ILibraryStore>(library);
        if (hasModels)
        {
            services.AddSingleton<IChatModels>(new ScriptedChatModels());
        }

        await using var provider = services.AddSynapseRetrieval().BuildServiceProvider();
        Assert.Equal(hasModels, provider.GetRequiredService<AnswerRouter>().HasModel);
        Assert.Same(provider.GetRequiredService<AnswerRouter>(), provider.GetRequiredService<IAnswerer>());
    }
}
