using System.Net;
using System.Text;
using Synapse.Privacy;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>A sign-in service behind the port for connections: it notes what it is asked, and answers from a list or by a rule.</summary>
internal sealed class LoginServer(Func<HttpRequestMessage, string, HttpResponseMessage> answer, bool isOffline = false) : IEgress
{
    private readonly Func<HttpRequestMessage, string, HttpResponseMessage> _answer = answer;

    public bool IsOffline { get; } = isOffline;

    public List<EgressRoute> Routes { get; } = [];

    public List<(Uri Address, string Body, EgressPurpose? Purpose)> Requests { get; } = [];

    public HttpClient CreateClient(EgressRoute route, params ReadOnlySpan<DelegatingHandler> handlers)
    {
        lock (Routes)
        {
            Routes.Add(route);
        }

        return new HttpClient(new Handler(this)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK)
        => new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Token(string token, int seconds = 3_600)
        => Json($$"""{"token_type":"Bearer","expires_in":{{seconds}},"ext_expires_in":{{seconds}},"access_token":"{{token}}"}""");

    public static HttpResponseMessage Refusal(string code, string text = "")
        => Json($$"""{"error":"invalid_client","error_description":"AADSTS{{code}}: {{text}} Trace ID: 0. Correlation ID: 0.","error_codes":[{{code}}]}""", HttpStatusCode.Unauthorized);

    private sealed class Handler(LoginServer server) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            lock (server.Requests)
            {
                server.Requests.Add((request.RequestUri!, body, EgressActivity.Current?.Purpose));
            }

            var response = server._answer(request, body);
            response.RequestMessage = request;
            return response;
        }
    }
}
