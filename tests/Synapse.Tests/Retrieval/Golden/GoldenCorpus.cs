namespace Synapse.Tests.Retrieval.Golden;

/// <summary>A made-up project: made for these tests, of no other origin.</summary>
internal static class GoldenCorpus
{
    public static IReadOnlyList<(string Path, string Language, string Text)> Files { get; } =
    [
        ("src/limits/TokenBucket.cs", "csharp", """
            namespace Demo.Limits;

            /// <summary>Limits how many requests pass per minute: each request takes a token, and tokens come back over time.</summary>
            public sealed class TokenBucket
            {
                private double _tokens;

                /// <summary>Takes a token if there is one.</summary>
                public bool TryTake()
                {
                    if (_tokens < 1)
                    {
                        return false;
                    }

                    _tokens--;
                    return true;
                }
            }

            """),
        ("src/limits/LimitMiddleware.cs", "csharp", """
            namespace Demo.Limits;

            public sealed class LimitMiddleware
            {
                private readonly TokenBucket _bucket = new TokenBucket();

                public void Handle(Request request)
                {
                    if (!_bucket.TryTake())
                    {
                        request.Reject(429);
                    }
                }
            }

            """),
        ("src/auth/password_hasher.py", "python", """"
            import hashlib


            def hash_password(password, salt):
                """Hashes a password with a salt, slowly on purpose."""
                return hashlib.scrypt(password, salt=salt, n=16384, r=8, p=1)


            def verify_password(password, salt, expected):
                """Tells whether a password has the expected hash."""
                return hash_password(password, salt) == expected

            """"),
        ("src/auth/sessions.py", "python", """"
            LIFETIME_HOURS = 12


            class SessionStore:
                """Keeps sessions; the cookie holds the session id only."""

                def create(self, user):
                    """Starts a session and sets its cookie lifetime."""
                    return Session(user, LIFETIME_HOURS)

            """"),
        ("src/auth/__init__.py", "python", "from .password_hasher import hash_password, verify_password\nfrom .sessions import SessionStore\n"),
        ("src/compat/cookies.py", "python", "def parse_cookie(header):\n    \"\"\"Parses a cookie header the way old clients send it.\"\"\"\n    return dict(part.split('=') for part in header.split(';'))\n"),
        ("src/net/http_client.go", "go", """
            package net

            // Client sends HTTP requests and retries those that failed.
            type Client struct {
            	attempts int
            }

            // Send sends a request, and tries again with exponential backoff when it failed.
            func (c *Client) Send(request Request) Response {
            	for attempt := 0; attempt < c.attempts; attempt++ {
            		wait(1 << attempt)
            	}
            	return Response{}
            }

            """),
        ("tests/auth/test_password_hasher.py", "python", """"
            from auth import hash_password, verify_password


            def test_verify_password_accepts_the_password():
                assert verify_password("secret", "salt", hash_password("secret", "salt"))


            def test_hash_password_differs_by_salt():
                assert hash_password("secret", "a") != hash_password("secret", "b")

            """"),
        ("examples/limited_client.py", "python", "# Example of a client that respects the rate limit.\nclient = Client(rate_limited=True)\nclient.send(requests)\n"),
        ("docs/handbook.md", "markdown", """
            # Handbook

            ## Parental leave

            Both parents have 90 days of parental leave, to be taken within two years.

            ## Travel

            Expenses are paid back when the receipts are handed in within 30 days.

            """),
        ("README.md", "markdown", "# Demo\n\nA demo service.\n\n## Install\n\nOn Linux, run `make install`. On Windows, run the installer.\n"),
        ("CHANGELOG.md", "markdown", "# Changelog\n\n## Version 2\n\nRequests are limited per minute.\n\n## Version 1\n\nFirst release.\n"),
    ];
}
