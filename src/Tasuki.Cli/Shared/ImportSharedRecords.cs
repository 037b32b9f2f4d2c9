using System.Globalization;
using Tasuki.Fhir;
using Tasuki.Vault;

namespace Tasuki.Cli.Shared;

/// <summary>
/// <c>tasuki shared import FILE.ndjson|FOLDER|BUNDLE...</c>: records about nobody, which every caller may read. All or none: one line on standard output for each place
/// that cannot be taken over, and then nothing is stored.
/// </summary>
internal static class ImportSharedRecords
{
    private const int MostPaths = 1_000;

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Keys.NamedOperator.Options, words: 1, most: MostPaths);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var by = Keys.NamedOperator.From(line.Value);
        if (!by.IsOk)
            return await Usage.Say(errors, by.Error);
        var pieces = await SharedFiles.Read(line.Value.Words, cancel);
        if (!pieces.IsOk)
            return await Usage.Say(errors, pieces.Error);

        var records = new List<NewSharedRecord>(pieces.Value.Count);
        var refused = 0;
        foreach (var piece in pieces.Value)
        {
            cancel.ThrowIfCancellationRequested();
            var (record, where, sentence) = Look(piece);
            if (record is not null)
            {
                records.Add(record);
                continue;
            }

            refused++;
            await output.WriteLineAsync($"{where}: {sentence}");
        }

        if (refused > 0)
        {
            await errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{refused} of {pieces.Value.Count} resources cannot be taken over; nothing was stored."));
            return 1;
        }

        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        var written = await municipality.Vault.ImportShared(by.Value, records, cancel);
        if (!written.IsOk)
            return await Usage.Say(errors, written.Error);
        await output.WriteLineAsync($"{Count(WriteOutcome.Created)} created, {Count(WriteOutcome.Updated)} updated, {Count(WriteOutcome.AlreadyThere)} there already");
        return 0;

        string Count(WriteOutcome outcome) => written.Value.Count(one => one.Outcome == outcome).ToString(CultureInfo.InvariantCulture);
    }

    private static (NewSharedRecord? Record, string Where, string Sentence) Look(SharedPiece piece)
    {
        if (piece.Fault is { } fault)
            return (null, piece.At(1, 1), fault);
        if (ResourceValidator.Check(piece.Json.Span).FirstOrDefault(issue => issue.Refuses) is { } issue)
            return (null, piece.At(Math.Max(1, issue.Line), Math.Max(1, issue.Column)), $"{issue.Path}: {issue.Sentence}");
        var resource = CanonicalResource.Parse(piece.Json);
        if (!resource.IsOk)
            return (null, piece.At(1, 1), resource.Error.Message);
        if (SharedRules.Fault(piece.Json.Span) is var (offset, sentence))
            return (null, piece.At(offset), sentence);
        return (new NewSharedRecord(resource.Value, piece.Position, piece.FullUrl), "", "");
    }
}
