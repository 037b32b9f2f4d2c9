using System.Security.Cryptography;
using Tasuki.Compliance.Controls;
using Tasuki.Data;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Registers;

/// <summary>The lines of the registers, in the chain of evidence.</summary>
internal sealed class RegisterBook(EvidenceBook book, DataOptions data, Texts<ComplianceTexts> texts, TimeProvider clock)
{
    /// <summary>Lines in use, by their first field. The key names a line: <c>REGISTER/NUMBER</c>.</summary>
    public async Task<IReadOnlyList<Evidence<RegisterLine>>> Lines(Register register, CancellationToken cancel) =>
    [
        .. (await book.Newest<RegisterLine>(EvidenceKind.Register, cancel)).Values.Where(e => e.Subject.StartsWith(register.Id + "/", StringComparison.Ordinal) && !e.Content.Ended)
            .OrderBy(e => e.Content.Fields[0], StringComparer.Ordinal),
    ];

    public Task Add(Register register, RegisterLine line, Actor actor, long? by, CancellationToken cancel) =>
        book.Add(EvidenceKind.Register, $"{register.Id}/{RandomNumberGenerator.GetHexString(12, lowercase: true)}", line, actor, by, cancel);

    /// <summary>The line stays in the history and answers nothing any more. False when there is none.</summary>
    public async Task<bool> End(Register register, string key, Actor actor, long? by, CancellationToken cancel)
    {
        if ((await Lines(register, cancel)).FirstOrDefault(l => l.Subject == key) is not { } line)
            return false;
        await book.Add(EvidenceKind.Register, key, line.Content with { Ended = true }, actor, by, cancel);
        return true;
    }

    /// <summary>Puts the assets the running system knows of into the register, those that are not there by name; returns how many.</summary>
    public async Task<int> AddKnownAssets(string owner, Actor actor, long? by, CancellationToken cancel)
    {
        var there = (await Lines(Register.Assets, cancel)).Select(l => l.Content.Fields[0]).ToHashSet(StringComparer.Ordinal);
        var store = data.Store is DataStore.Sqlite ? "SQLite" : "PostgreSQL";
        var review = TokyoNow().AddYears(1);
        var added = 0;
        foreach (var (name, classOf, place) in new[] { ("records", "high", store), ("keys", "highest", store), ("log", "high", store), ("tables", "high", store), ("ring", "highest", texts["asset-place-ring"]), ("backups", "high", texts["asset-place-backups"]) })
        {
            var asset = texts["asset-" + name];
            if (there.Contains(asset))
                continue;
            await Add(Register.Assets, new RegisterLine([asset, texts["asset-class-" + classOf], place, owner, texts["asset-handling-" + name]], review, Ended: false), actor, by, cancel);
            added++;
        }

        return added;
    }

    private DateOnly TokyoNow() => Kernel.TokyoDay.Of(clock.GetUtcNow());
}
