global using static Microsoft.Playwright.Assertions;

[assembly: AssemblyFixture(typeof(Synapse.Web.Tests.TestSupport.Chromium))]
