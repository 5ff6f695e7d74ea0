namespace Synapse.Providers.Policy;

/// <summary>Keeps retries to a tenth of the traffic, so that a server in trouble is not given more work than before. A small stock allows the first ones.</summary>
internal sealed class RetryBudget
{
    private const double Stock = 10;
    private const double PerRequest = 0.1;

    private readonly Lock _gate = new();
    private double _left = Stock;

    /// <summary>A request was sent for the first time.</summary>
    public void Deposit()
    {
        lock (_gate)
        {
            _left = Math.Min(Stock, _left + PerRequest);
        }
    }

    /// <summary>Takes one retry out.</summary>
    public bool TryWithdraw()
    {
        lock (_gate)
        {
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }
    }
}
