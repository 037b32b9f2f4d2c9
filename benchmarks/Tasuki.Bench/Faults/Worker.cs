using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Tasuki.Vault;

namespace Tasuki.Bench.Faults;

/// <summary>The killed server as its parent sees it: a process that takes operations and answers.</summary>
internal sealed class Worker : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Answer>> _asked = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private Worker(Process process)
    {
        _process = process;
        _reading = Task.Run(Read);
    }

    public static async Task<Worker> Start(VaultOptions options)
    {
        var program = Path.ChangeExtension(typeof(Worker).Assembly.Location, ".dll");
        var process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [program, "fault-worker", options.Store.ToString(), options.Records, options.Keys, options.Log, options.Ring])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        var worker = new Worker(process);
        await worker._ready.Task;
        return worker;
    }

    /// <summary>The answer; <see cref="Answer.Unknown"/> when the process died before it gave one.</summary>
    public async Task<Answer> Ask(string kind, long number, params object[] words)
    {
        var answer = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[number] = answer;
        try
        {
            var line = string.Join(' ', words.Prepend(number).Prepend(kind).Select(word => Convert.ToString(word, CultureInfo.InvariantCulture)));
            lock (_process)
                _process.StandardInput.WriteLine(line);
        }
        catch (IOException)
        {
            answer.TrySetResult(Answer.Unknown);
        }

        if (_reading.IsCompleted)
            answer.TrySetResult(Answer.Unknown);
        return await answer.Task;
    }

    /// <summary>Ends every line that answers.</summary>
    public const string End = " .";

    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private async Task Read()
    {
        // What stands in the pipe when the process dies was said, so it counts.
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            // A line that death cut off was not said: half a list of ids is no answer.
            var words = line.EndsWith(End, StringComparison.Ordinal) ? line[..^End.Length].Split(' ') : [line];
            if (words is ["ready"])
                _ready.TrySetResult();
            else if (words is ["ack" or "fail", var number, ..] && _asked.TryRemove(long.Parse(number, CultureInfo.InvariantCulture), out var asked))
                asked.TrySetResult(new Answer(words[0] is "ack", words[0] is "fail", words[2..]));
        }

        _ready.TrySetException(new InvalidOperationException("The worker ended before it was ready; the reason stands above."));
        foreach (var asked in _asked.Values)
            asked.TrySetResult(Answer.Unknown);
    }
}

/// <summary>Done and told; failed, so it may or may not be; or never answered, which is the same.</summary>
internal sealed record Answer(bool Done, bool Failed, string[] Words)
{
    public static Answer Unknown { get; } = new(Done: false, Failed: false, []);
}
