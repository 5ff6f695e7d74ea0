using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Synapse.Fakes.Tests.TestSupport;

/// <summary>Sends bytes and reads bytes.</summary>
internal static class RawClient
{
    private const int FirstByteMs = 10_000;

    public static Task<RawReply> SendAsync(FakeProvider fake, DialectRequest request, int silenceMs = FirstByteMs, int limit = 4 << 20, int firstByteMs = FirstByteMs)
        => SendAsync(fake, request.ToBytes(), silenceMs, limit, firstByteMs);

    public static Task<RawReply> SendAsync(FakeProvider fake, string request)
        => SendAsync(fake, Encoding.UTF8.GetBytes(request), FirstByteMs, 4 << 20, FirstByteMs);

    /// <summary>Opens a connection of its own, and reads until the reply is whole, ends, pauses after its first byte, or is too long.</summary>
    private static async Task<RawReply> SendAsync(FakeProvider fake, byte[] request, int silenceMs, int limit, int firstByteMs)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, fake.Address.Port, TestContext.Current.CancellationToken);
        await using Stream network = new NetworkStream(socket);
        await using var stream = fake.Options.Https ? await SecureAsync(network, fake.TrustedRoot!) : network;
        await stream.WriteAsync(request, TestContext.Current.CancellationToken);
        return await ReadAsync(stream, silenceMs, limit, firstByteMs);
    }

    private static async Task<RawReply> ReadAsync(Stream stream, int silenceMs, int limit, int firstByteMs)
    {
        var buffer = new byte[64 * 1024];
        var bytes = new List<byte>();
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            silence.CancelAfter(bytes.Count == 0 ? firstByteMs : silenceMs);
            int count;
            try
            {
                count = await stream.ReadAsync(buffer, silence.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                return new([.. bytes], RawEnd.Silence);
            }
            catch (IOException)
            {
                return new([.. bytes], RawEnd.Reset);
            }

            if (count == 0)
            {
                return new([.. bytes], RawEnd.Eof);
            }

            bytes.AddRange(buffer.AsSpan(0, count));
            if (bytes.Count > limit)
            {
                return new([.. bytes], RawEnd.Limit);
            }

            if (count < buffer.Length && RawReply.IsComplete(CollectionsMarshal.AsSpan(bytes)))
            {
                return new([.. bytes], RawEnd.Complete);
            }
        }
    }

    /// <summary>Trusts the root of the fake and nothing else.</summary>
    private static async Task<Stream> SecureAsync(Stream network, X509Certificate2 root)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(root);
        var secured = new SslStream(network, leaveInnerStreamOpen: true);
        await secured.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy }, TestContext.Current.CancellationToken);
        return secured;
    }
}
