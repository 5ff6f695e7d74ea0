using Synapse.Answering.Sentences;

namespace Synapse.Tests.Answering.Sentences;

public sealed class CodeUnitsTests
{
    [Fact]
    public void Comment_stays_with_the_signature_that_it_describes()
        => Assert.Equal(
            "// Adds.\n// Twice.\nint Add(int a,\n    int b)",
            First("// Adds.\n// Twice.\nint Add(int a,\n    int b)\n{\n    return a + b;\n}\n"));

    [Fact]
    public void No_unit_begins_with_a_bracket_alone()
    {
        const string text = "// Adds.\nint Add(int a, int b)\n{\n    return a + b;\n}\n\n}\n";
        Assert.Equal(["// Adds.\nint Add(int a, int b)", "    return a + b;\n}"], CodeUnits.Split(text).Select(unit => text[unit.Start..unit.End]));
    }

    [Fact]
    public void Signature_stays_with_the_documentation_inside_of_it()
        => Assert.Equal("def add(a, b):\n    \"\"\"Adds.\n\n    Both.\n    \"\"\"", First("def add(a, b):\n    \"\"\"Adds.\n\n    Both.\n    \"\"\"\n    return a + b\n"));

    [Fact]
    public void One_line_of_documentation_ends_on_its_line()
        => Assert.Equal("def add(a, b):\n    \"\"\"Adds.\"\"\"", First("def add(a, b):\n    \"\"\"Adds.\"\"\"\n    return a + b\n"));

    [Fact]
    public void Units_do_not_overlap_and_hold_every_line_that_is_not_blank()
    {
        const string text = "\nimport os\n\n\ndef f():\n    '''Doc.'''\n    x = 1\n    y = 2\n\n    # then\n    return x\n\n\nz = f()\n";
        var units = CodeUnits.Split(text);
        for (var i = 1; i < units.Count; i++)
        {
            Assert.True(units[i].Start >= units[i - 1].End);
        }

        var quoted = string.Concat(units.Select(unit => text[unit.Start..unit.End]));
        Assert.Equal(text.Where(unit => !char.IsWhiteSpace(unit)), quoted.Where(unit => !char.IsWhiteSpace(unit)));
    }

    [Fact]
    public void No_unit_has_more_lines_than_a_reader_takes_in()
    {
        var text = string.Concat(Enumerable.Repeat("// comment\n", 40)) + string.Concat(Enumerable.Repeat("call();\n", 40)) + "def f():\n    \"\"\"" + string.Concat(Enumerable.Repeat("doc\n", 40));
        Assert.All(CodeUnits.Split(text), unit => Assert.InRange(text[unit.Start..unit.End].Split('\n').Length, 1, CodeUnits.MaxLines));
    }

    private static string First(string text)
    {
        var unit = CodeUnits.Split(text)[0];
        return text[unit.Start..unit.End];
    }
}
