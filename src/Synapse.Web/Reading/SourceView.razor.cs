using System.Globalization;
using Microsoft.AspNetCore.Components;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Web.Text;

namespace Synapse.Web.Reading;

/// <summary>Shows the stored text of a document with line numbers, a few hundred lines at a time, and a span of it marked.</summary>
public partial class SourceView
{
    private const int PageRows = 400;
    private const int LeadRows = 100;
    private const int MaxRows = 2_000;

    // A longer text is read again by the circuit, so that first paints that nobody takes up cost little memory.
    private const int MaxHandedOver = 1_000_000;

    private readonly CancellationTokenSource _closed = new();
    private Document? _document;
    private SourceText? _source;
    private string? _collection;
    private Notice? _notice;
    private ElementReference _body;
    private int _firstRow;
    private int _endRow;
    private int _firstCitedRow = -1;
    private int _lastCitedRow = -2;
    private int _targetRow = -1;
    private int? _line;
    private string? _reveal;

    /// <summary>Key of what the first paint has loaded.</summary>
    [PersistentState]
    public string? FirstPaintKey { get; set; }

    /// <summary>The document.</summary>
    [Parameter, EditorRequired]
    public required long DocumentId { get; set; }

    /// <summary>First UTF-16 unit of the span to mark; null without one.</summary>
    [Parameter]
    public int? StartOffset { get; set; }

    /// <summary>One past the last UTF-16 unit of the span.</summary>
    [Parameter]
    public int? EndOffset { get; set; }

    /// <summary>Whether the span is a quote, marked to the letter; else its lines are marked.</summary>
    [Parameter]
    public bool IsQuote { get; set; }

    /// <summary>Finds the words of the query, which are marked in a passage; null to mark none.</summary>
    [Parameter]
    public TermHighlighter? Highlighter { get; set; }

    /// <summary>Whether it is shown beside an answer, and not as a page.</summary>
    [Parameter]
    public bool InPanel { get; set; }

    /// <summary>Called when it is to be closed.</summary>
    [Parameter]
    public EventCallback OnClose { get; set; }

    private bool HasSpan => _lastCitedRow >= _firstCitedRow && _firstCitedRow >= 0;

    private string Address => HasSpan
        ? DocumentAddress.Of(DocumentId, StartOffset!.Value, EndOffset!.Value, _source!.LineNumberOf(_firstCitedRow), IsQuote)
        : DocumentAddress.Of(DocumentId);

    /// <inheritdoc/>
    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        try
        {
            var loaded = FirstPaints.Take<LoadedDocument>(FirstPaintKey);
            loaded = loaded?.Document.Id == DocumentId ? loaded : await LoadAsync(_closed.Token);
            Show(loaded);
            if (!RendererInfo.IsInteractive && loaded.Source.Length <= MaxHandedOver)
            {
                FirstPaintKey = FirstPaints.Put(loaded);
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // Closed before it was there.
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _notice = Errors.Report(error, "show a document");
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_source is null)
        {
            return;
        }

        if (_targetRow < 0)
        {
            _targetRow = 0;
            if (!HasSpan && !InPanel && await Script.ReadLineOfAddressAsync() is { } line)
            {
                _line = line;
                GoToLine();
                StateHasChanged();
                return;
            }
        }

        if (_reveal is { } selector)
        {
            _reveal = null;
            await Script.RevealAsync(_body, selector, focus: InPanel);
        }
    }

    private async Task<LoadedDocument> LoadAsync(CancellationToken cancellationToken)
    {
        var scope = await Caller.GetScopeAsync(cancellationToken);
        var document = await Library.FindDocumentAsync(scope, DocumentId, cancellationToken) ?? throw new DocumentNotFoundException(DocumentId);
        var text = await Library.ReadTextAsync(scope, DocumentId, cancellationToken) ?? throw new DocumentNotFoundException(DocumentId);
        var collections = await Library.ListCollectionsAsync(scope, cancellationToken);
        return new LoadedDocument(
            document, new SourceText(text), collections.FirstOrDefault(summary => summary.Collection.Id == document.CollectionId)?.Collection.Name);
    }

    private void Show(LoadedDocument loaded)
    {
        (_document, _source, _collection) = (loaded.Document, loaded.Source, loaded.Collection);
        var source = loaded.Source;
        if (StartOffset is { } start && EndOffset is { } end && start >= 0 && end > start && start < source.Length)
        {
            _firstCitedRow = source.RowAt(start);
            _lastCitedRow = source.RowAt(Math.Min(end, source.Length) - 1);
            _reveal = ".is-target";
        }

        ShowAround(Math.Max(0, _firstCitedRow));
    }

    private void ShowAround(int row)
    {
        _firstRow = Math.Max(0, row - LeadRows);
        _endRow = Math.Min(_source!.RowCount, _firstRow + PageRows);
    }

    private void ShowEarlier()
    {
        // The first row stays in view, so that reading goes on where it was.
        _reveal = $"[data-n=\"{_source!.LineNumberOf(_firstRow)}\"]";
        _firstRow = Math.Max(0, _firstRow - PageRows);
        _endRow = Math.Min(_endRow, _firstRow + MaxRows);
    }

    private void ShowLater()
    {
        _endRow = Math.Min(_source!.RowCount, _endRow + PageRows);
        _firstRow = Math.Max(_firstRow, _endRow - MaxRows);
    }

    private void SetLine(ChangeEventArgs change)
        => _line = int.TryParse((string?)change.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var line) ? line : null;

    private void GoToLine()
    {
        if (_line is { } line)
        {
            _targetRow = _source!.RowOfLine(line);
            if (_targetRow < _firstRow || _targetRow >= _endRow)
            {
                ShowAround(_targetRow);
            }

            _reveal = ".is-target";
        }
    }

    private void RevealSpan()
    {
        _targetRow = 0;
        if (_firstCitedRow < _firstRow || _firstCitedRow >= _endRow)
        {
            ShowAround(_firstCitedRow);
        }

        _reveal = ".is-target";
    }

    private string RowClass(int row)
    {
        var cited = row >= _firstCitedRow && row <= _lastCitedRow;
        var target = _targetRow > 0 || !HasSpan ? row == _targetRow : row == _firstCitedRow;
        return (cited, target) switch
        {
            (true, true) => "row is-cited is-target",
            (true, false) => "row is-cited",
            (false, true) => "row is-target",
            _ => "row",
        };
    }

    private IReadOnlyList<TextRun> RunsOf(int index, SourceRow row)
    {
        if (!IsQuote && Highlighter is not null && index >= _firstCitedRow && index <= _lastCitedRow)
        {
            return Highlighter.Split(row.Text);
        }

        if (!IsQuote || StartOffset is not { } from || EndOffset is not { } to)
        {
            return [new(row.Text, false)];
        }

        var start = Math.Clamp(from - row.StartOffset, 0, row.Text.Length);
        var end = Math.Clamp(to - row.StartOffset, 0, row.Text.Length);
        return end <= start
            ? [new(row.Text, false)]
            : [new(row.Text[..start], false), new(row.Text[start..end], true), new(row.Text[end..], false)];
    }

    private sealed record LoadedDocument(Document Document, SourceText Source, string? Collection);
}
