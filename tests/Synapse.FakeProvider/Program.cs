using Synapse.Fakes;

await using var fake = FakeProvider.Start();
Console.WriteLine(fake.Address);
