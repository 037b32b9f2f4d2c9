using Microsoft.Extensions.DependencyInjection;
using Tasuki.Exchange.Importing;
using Tasuki.Kernel;

namespace Tasuki.Cli.Records;

/// <summary>
/// <c>tasuki import FILE</c>: the same steps as the upload page. A file about somebody else is not stored: only the person can say that it is theirs.
/// </summary>
internal static class ImportRecords
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, OperatorSession.Options, words: 1);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var path = line.Value.Words[0];
        if (!File.Exists(path))
            return await Usage.Say(errors, new Error("import.file", $"There is no file {path}."));
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        var at = await OperatorSession.Open(municipality, line.Value, cancel);
        if (!at.IsOk)
            return await Usage.Say(errors, at.Error);
        var (session, person) = at.Value;

        await using var scope = municipality.Scope();
        var import = scope.ServiceProvider.GetRequiredService<ImportFile>();
        await using var file = File.OpenRead(path);
        var received = await import.Receive(session, Path.GetFileName(path), "application/octet-stream", file, cancel);
        if (!received.IsOk)
            return await Usage.Say(errors, received.Error);
        if (received.Value.Problem is { } problem)
            return await Usage.Say(errors, new Error(problem.Code, $"{Path.GetFileName(path)}: {problem.Message}"));
        var preview = await import.Preview(session, person, received.Value.Id, cancel);
        if (!preview.IsOk)
            return await Usage.Say(errors, preview.Error);
        foreach (var group in preview.Value.NotUnderstood)
            await errors.WriteLineAsync($"{group.Message} ({group.Count}: {string.Join("; ", group.Positions.Take(3))})");
        var stored = await import.Store(session, person, received.Value.Id, new PersonsWord(IsMine: false, Source: null), cancel);
        if (!stored.IsOk)
        {
            await import.GiveUp(session, received.Value.Id, cancel);
            return await Usage.Say(errors, stored.Error);
        }

        await output.WriteLineAsync($"{stored.Value.Created} created, {stored.Value.Updated} updated, {stored.Value.AlreadyThere} there already");
        return 0;
    }
}
