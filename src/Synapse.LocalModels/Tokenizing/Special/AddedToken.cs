namespace Synapse.LocalModels.Tokenizing.Special;

/// <summary>A token that is found in a text before anything else splits it.</summary>
/// <param name="Content">What stands in the text.</param>
/// <param name="Id">Its id.</param>
/// <param name="IsSingleWord">Whether it only counts where no word character stands next to it.</param>
/// <param name="StripsLeft">Whether it takes the white space before it.</param>
/// <param name="StripsRight">Whether it takes the white space after it.</param>
internal sealed record AddedToken(string Content, int Id, bool IsSingleWord, bool StripsLeft, bool StripsRight);

/// <summary>A part of a text: an added token, or what stands between two.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Id">Id of the token, or -1.</param>
internal readonly record struct TextPart(int Start, int End, int Id);
