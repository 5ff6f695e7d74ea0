using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Synapse.Errors;
using Synapse.LocalModels.Onnx.Batching;

namespace Synapse.LocalModels.Onnx.Running;

/// <summary>Runs a graph over padded inputs, from and into memory that is used again. One thread uses it at a time.</summary>
internal sealed class GraphRunner(OnnxSession session, GraphOutput output, int padId) : IDisposable
{
    private readonly TokenTensors _tensors = new(session.File, session.Inputs, padId);
    // What fails is told by an exception, not on the error stream.
    private readonly RunOptions _options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly string[] _outputNames = [output.Name];
    private readonly OrtValue[] _outputValues = new OrtValue[1];
    private float[] _numbers = [];
    private Float16[] _halves = [];

    /// <summary>Runs the graph.</summary>
    /// <param name="batch">The inputs.</param>
    /// <param name="length">Tokens of the longest.</param>
    /// <returns>The output: rows for each input, or for each token of each input, padding included. Valid until the next run.</returns>
    /// <exception cref="ModelFailedException">The graph cannot take these inputs.</exception>
    public ReadOnlySpan<float> Run(ReadOnlySpan<WaitingInput> batch, int length)
    {
        long[] shape = output.PerToken ? [batch.Length, length, output.Width] : [batch.Length, output.Width];
        var size = checked((int)shape.Aggregate(1L, static (product, dimension) => product * dimension));
        try
        {
            _outputValues[0] = Output(size, shape);
            session.Run(_options, _tensors.Names, _tensors.Fill(batch, length), _outputNames, _outputValues);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelFailedException(session.Name, OnnxRuntimeHost.FirstLine(error), error);
        }
        finally
        {
            _outputValues[0]?.Dispose();
            _tensors.Release();
        }

        if (output.IsHalf)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<Float16, Half>(_halves.AsSpan(0, size)), _numbers.AsSpan(0, size));
        }

        return _numbers.AsSpan(0, size);
    }

    public void Dispose()
    {
        _options.Dispose();
        _tensors.Release();
    }

    private OrtValue Output(int size, long[] shape)
    {
        if (_numbers.Length < size)
        {
            _numbers = GC.AllocateUninitializedArray<float>(size);
            _halves = output.IsHalf ? GC.AllocateUninitializedArray<Float16>(size) : [];
        }

        return output.IsHalf
            ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _halves.AsMemory(0, size), shape)
            : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _numbers.AsMemory(0, size), shape);
    }
}
