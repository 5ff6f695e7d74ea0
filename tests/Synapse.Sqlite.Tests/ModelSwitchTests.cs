using Synapse.Sqlite.Tests.TestSupport;
using Synapse.StoreConformance;

namespace Synapse.Sqlite.Tests;

public sealed class ModelSwitchTests() : ModelSwitchSuite(new SqliteHarness());
