namespace Synapse.Library;

/// <summary>How far the text of a collection may go.</summary>
public enum CollectionPrivacy
{
    /// <summary>To any provider that is configured.</summary>
    Unrestricted,

    /// <summary>Only to providers on this machine or its private network.</summary>
    LocalOnly,
}
