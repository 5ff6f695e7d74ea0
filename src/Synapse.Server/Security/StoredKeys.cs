using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Synapse.Storage;

namespace Synapse.Server.Security;

/// <summary>Keeps the keys that protect what pages carry in the store, so that a page of one server is understood by every other. They lie there as readable as in a data folder: who can read the store has the documents already.</summary>
/// <param name="store">Tells the store; asked for the first key and not before, because the server is put together without its database.</param>
internal sealed class StoredKeys(Func<IProtectionKeyStore> store) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => [.. store().ListKeys().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) => store().AddKey(friendlyName, element.ToString(SaveOptions.DisableFormatting));
}
