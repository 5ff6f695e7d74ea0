using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Synapse.Storage;

namespace Synapse.Server.Security;

/// <summary>Keeps the keys that protect what pages carry in the store, so that a page of one server is understood by every other. They lie there as readable as in a data folder: who can read the store has the documents already.</summary>
internal sealed class StoredKeys(IProtectionKeyStore store) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => [.. store.ListKeys().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) => store.AddKey(friendlyName, element.ToString(SaveOptions.DisableFormatting));
}
