using Tasuki.Formats;
using Tasuki.Kernel;

namespace Tasuki.Exchange.Importing;

/// <summary>Why nothing of a file was stored, and where in it the reason stands. Sealed in the import's row, shown to the person alone.</summary>
/// <param name="Code">The code of the <see cref="Error"/>; pages have their own sentence for it.</param>
/// <param name="Message">The English sentence of the <see cref="Error"/>.</param>
/// <param name="Position">File, line, column, path: what is known of them.</param>
public sealed record ImportProblem(string Code, string Message, SourcePosition? Position)
{
    internal static ImportProblem Of(Error error) => new(error.Code, error.Message, null);

    internal static ImportProblem Of(ReadStopped stopped) => new(stopped.Reason.Code, stopped.Reason.Message, stopped.Position);

    internal static string? Text(SourcePosition position) => position.ToString() is { Length: > 0 } text ? text : null;
}

/// <summary>What became of the records of one import.</summary>
public sealed record ImportOutcome(int Created, int Updated, int AlreadyThere, int SampleDays, int Originals);
