using Synapse.Answering.Verification;

namespace Synapse.Tests.Answering.Verification;

public sealed class FactsTests
{
    [Theory]
    [InlineData("It costs 1,312 euros.", "It costs 1312 euros.")]
    [InlineData("It takes three months.", "It takes 3 months.")]
    [InlineData("It takes 24 hours.", "It takes twenty-four hours.")]
    [InlineData("It grew by 1.80 %.", "It grew by 1.8 %.")]
    [InlineData("On 14 May 2019.", "On 2019-05-14.")]
    [InlineData("On 2019-05-14.", "On 14 May 2019.")]
    [InlineData("On 31 March.", "On 31.3.2024.")]
    [InlineData("At 2:00.", "At 02:00.")]
    [InlineData("Version 10.0.12.", "Version 10.0.12 of it.")]
    [InlineData("A 30-day limit.", "A limit of 30 days.")]
    public void Number_is_found_however_it_is_written(string claim, string source)
    {
        var numbers = Facts.NumbersOf(source);
        Assert.All(Facts.OfClaim(claim).Numbers, number => Assert.True(
            number.Readings.Any(numbers.Contains) || NumberReader.PartsOf(number.Written).All(numbers.Contains), number.Written));
        Assert.NotEmpty(Facts.OfClaim(claim).Numbers);
    }

    [Theory]
    [InlineData("It costs 4,000 euros.", "It fell by 0.4 to 2,000.")]
    [InlineData("On 14 June 2019.", "On 14 May 2019.")]
    [InlineData("It takes 13 months.", "It takes 1 to 3 months.")]
    [InlineData("It is 2.8.", "It is 1.8, or 2.")]
    public void Other_number_is_not_found(string claim, string source)
    {
        var numbers = Facts.NumbersOf(source);
        Assert.Contains(Facts.OfClaim(claim).Numbers, number => !number.Readings.Any(numbers.Contains));
    }

    [Fact]
    public void Names_and_identifiers_are_read_and_the_first_word_is_none()
    {
        var facts = Facts.OfClaim("Please call `Do()` of RetryHandler, says Anna Weber in Berlin. Then IT helps with max_size.");
        Assert.Equal(["Anna", "Weber", "Berlin", "IT"], facts.Names);
        Assert.Equal(["Do()", "RetryHandler", "max_size"], facts.Identifiers);
    }

    [Theory]
    [InlineData("Backups are not encrypted.", "Backups are encrypted.", true)]
    [InlineData("Backups are encrypted.", "Backups aren't encrypted.", true)]
    [InlineData("Votes can be transferred.", "Votes cannot be transferred.", true)]
    [InlineData("Instances do not share the cache.", "The cache is not shared between instances.", false)]
    [InlineData("It is handed in no later than Monday.", "It is handed in by Monday.", false)]
    [InlineData("The pump is switched off after the cover is removed.", "Before the cover is removed, the pump is switched off.", true)]
    [InlineData("Rides are always refunded.", "Rides are refunded only in the night.", true)]
    [InlineData("Rides are refunded.", "Rides are refunded, but meals are not.", false)]
    public void Opposite_is_told_from_another_wording(string claim, string source, bool contradicts)
        => Assert.Equal(contradicts, Polarity.Of(claim).Contradicts(Polarity.Of(source)));

    [Theory]
    [InlineData("The documents do not say how long it takes.", true)]
    [InlineData("I could not find this in the passages.", true)]
    [InlineData("The documents do not mention a limit, so you can take as much as you like.", false)]
    [InlineData("The notice is not given by e-mail.", false)]
    public void Sentence_that_only_says_that_something_is_missing_is_recognised(string sentence, bool isAbsence)
        => Assert.Equal(isAbsence, Absence.IsStatedBy(sentence));
}
