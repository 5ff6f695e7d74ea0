using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Synapse.Errors;

namespace Synapse.LocalModels.Onnx.Running;

/// <summary>The installed ONNX Runtime: is it there, and what does it run on? Nothing of it is loaded before the first model.</summary>
internal static partial class OnnxRuntimeHost
{
    private const string CudaProvider = "CUDAExecutionProvider";
    private const string NoReports = "ORT_DISABLE_TELEMETRY";
    private static readonly Lazy<bool> s_isQuiet = new(KeepQuiet);

    /// <summary>Opens a session.</summary>
    /// <param name="path">Path of the model file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="device">What to run on.</param>
    /// <param name="threads">Processor threads of one run.</param>
    /// <returns>The session, and whether it runs on a CUDA device.</returns>
    /// <exception cref="ModelFormatException">The runtime cannot load the file.</exception>
    /// <exception cref="ModelRuntimeException">The runtime or the device is not there.</exception>
    public static (InferenceSession Session, bool OnCuda) Open(string path, string name, OnnxDevice device, int threads)
    {
        try
        {
            // Its builds report usage to their maker. Elsewhere than on Windows it decides that when it is loaded, and the call below is too late.
            _ = s_isQuiet.Value;
            OrtEnv.Instance().DisableTelemetryEvents();
            using var options = Options(threads);
            var onCuda = device is not OnnxDevice.Cpu && TryUseCuda(options, device is OnnxDevice.Cuda);
            return (new InferenceSession(path, options), onCuda);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelFormatException(name, $"ONNX Runtime cannot load it: {FirstLine(error)}", error);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or TypeInitializationException { InnerException: DllNotFoundException or EntryPointNotFoundException or BadImageFormatException })
        {
            throw new ModelRuntimeException($"ONNX Runtime does not start on this machine ({Environment.OSVersion.Platform}, {RuntimeInformation.RuntimeIdentifier}). Its native library of the package Microsoft.ML.OnnxRuntime belongs beside the program; builds exist for linux-x64, linux-arm64, win-x64, win-arm64 and osx-arm64.", error);
        }
    }

    /// <summary>What the runtime says, without the lines after the first.</summary>
    public static string FirstLine(OnnxRuntimeException error) => error.Message.Split('\n')[0].Trim().TrimEnd('.');

    // What .NET sets in the environment native code does not see, but on Windows.
    private static bool KeepQuiet()
    {
        Environment.SetEnvironmentVariable(NoReports, "1");
        if (!OperatingSystem.IsWindows() && SetNativeVariable(NoReports, "1", overwrite: 1) != 0)
        {
            throw new ModelRuntimeException($"The environment cannot be changed, and without {NoReports}=1 ONNX Runtime reports its use. Start the program with {NoReports}=1.", null);
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetNativeVariable(string name, string value, int overwrite);

    private static SessionOptions Options(int threads)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // Patterns are kept for each shape of inputs, and texts have many.
            EnableMemoryPattern = false,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };

        // Threads that spin between runs would burn a core of an idle server.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        // Weights outside of the arena, whose blocks grow by powers of two.
        options.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");
        options.AddSessionConfigEntry("session.set_denormal_as_zero", "1");
        return options;
    }

    private static bool TryUseCuda(SessionOptions options, bool required)
    {
        try
        {
            if (OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider))
            {
                options.AppendExecutionProvider_CUDA();
                return true;
            }
        }
        catch (Exception error) when (error is OnnxRuntimeException or EntryPointNotFoundException)
        {
            return required ? throw NoCuda(error) : false;
        }

        return required ? throw NoCuda(null) : false;
    }

    private static ModelRuntimeException NoCuda(Exception? error) => new(
        "The model is to run on CUDA, and the installed ONNX Runtime has no CUDA provider that starts. "
        + "Put the native libraries of the package Microsoft.ML.OnnxRuntime.Gpu (version 1.31) beside the program, and install CUDA 12 and cuDNN 9; or choose the device 'auto' or 'cpu'.",
        error);
}
