using Microsoft.AspNetCore.Components;
using Synapse.Privacy;
using Synapse.Telemetry;
using Synapse.Web.Hosting;
using Synapse.Web.Text;

namespace Synapse.Web.Providers;

/// <summary>The page of the providers: how each is, what it did, and a check that shows each step as it ends.</summary>
public partial class ProvidersPage : IDisposable
{
    private const string BuiltIn = "";

    private readonly CancellationTokenSource _left = new();
    private readonly Dictionary<string, List<DiagnosisStep>> _steps = [];
    private IReadOnlyList<ProviderStatus> _providers = [];
    private CancellationTokenSource? _stop;
    private string? _checking;
    private Notice? _notice;
    private string _announcement = "";

    [Inject]
    private ICallerScope Caller { get; set; } = default!;

    [Inject]
    private IProviderStatuses Statuses { get; set; } = default!;

    [Inject]
    private IProviderDoctor Doctor { get; set; } = default!;

    [Inject]
    private EgressPolicy Policy { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private PageErrors Errors { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => TryAsync("read the providers", async cancellationToken =>
    {
        // Asked for first, so that a browser that is signed out sees nothing.
        await Caller.GetScopeAsync(cancellationToken);
        _providers = Statuses.List();
    });

    private List<DiagnosisStep> StepsOf(string provider) => _steps.GetValueOrDefault(provider) ?? [];

    private async Task CheckAsync(string provider)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_left.Token);
        (_stop, _checking, _announcement) = (stop, provider, "Checking.");
        var steps = _steps[provider] = [];
        await TryAsync("check the provider", async cancellationToken =>
        {
            var scope = await Caller.GetScopeAsync(cancellationToken);
            await foreach (var step in Doctor.DiagnoseAsync(scope, provider.Length == 0 ? null : provider, cancellationToken))
            {
                if (steps is [.., { Outcome: DiagnosisOutcome.Waiting }])
                {
                    steps.RemoveAt(steps.Count - 1);
                }

                steps.Add(step);
                StateHasChanged();
            }

            var failed = steps.Count(step => step.Outcome == DiagnosisOutcome.Failed);
            _announcement = failed == 0 ? "The check found nothing that fails." : $"The check found {Amount.Of(failed, "step")} that failed.";
        });
        (_stop, _checking) = (null, null);
        if (!_left.IsCancellationRequested)
        {
            _providers = Statuses.List();
        }
    }

    private void Stop() => _stop?.Cancel();

    private async Task TryAsync(string what, Func<CancellationToken, Task> act)
    {
        var cancellationToken = _stop?.Token ?? _left.Token;
        try
        {
            _notice = null;
            await act(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _announcement = "Stopped.";
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _notice = Errors.Report(error, what);
        }
    }
}
