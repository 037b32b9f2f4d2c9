using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Bench.Faults;

/// <summary>After a kill: holds every resident's ledger against the vault, and settles what had no answer by what is there. Returns what is wrong, in numbers.</summary>
internal sealed class Settlement(RecordVault vault)
{
    private readonly List<string> _faults = [];

    public async Task<IReadOnlyList<string>> Of(IEnumerable<Ledger> ledgers, CancellationToken cancel)
    {
        foreach (var ledger in ledgers)
            await One(ledger, cancel);
        return _faults;
    }

    private async Task One(Ledger ledger, CancellationToken cancel)
    {
        var resident = new ResidentNo(ledger.Resident);
        var session = await vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, cancel);
        if (!session.IsOk)
        {
            if (!ledger.Closed && ledger.Open is not { Kind: "close" })
                _faults.Add($"resident {ledger.Resident}: the gate does not open, and nobody closed the account");
            ledger.Closed = true;
            ledger.Open = null;
            return;
        }

        if (ledger.Closed)
            _faults.Add($"resident {ledger.Resident}: the gate opens after the account was closed");
        await Records(ledger, session.Value, cancel);
        await Grants(ledger, resident, cancel);
        ledger.Open = null;
    }

    private async Task Records(Ledger ledger, Session session, CancellationToken cancel)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var record in session.All(new RecordQuery { Order = RecordOrder.Stored }, cancel))
        {
            if (!found.TryAdd(RecordFacts.Of(record.Resource).Identifiers.Single(), record.Id))
                _faults.Add($"resident {ledger.Resident}: a record is there twice");
        }

        if (ledger.Open is { Kind: "write" } write)
        {
            var there = write.Identifiers.Count(found.ContainsKey);
            if (there != 0 && there != write.Identifiers.Count)
                _faults.Add($"resident {ledger.Resident}: {there} of {write.Identifiers.Count} records of one write are there");
            foreach (var identifier in write.Identifiers.Where(found.ContainsKey))
                ledger.Records[identifier] = found[identifier];
        }

        if (ledger.Open is { Kind: "delete", Subject: { } deleted } && !found.ContainsKey(deleted) && ledger.Records.Remove(deleted))
            ledger.Deleted.Add(deleted);
        foreach (var (identifier, id) in ledger.Records)
        {
            if (!found.TryGetValue(identifier, out var stored))
                _faults.Add($"resident {ledger.Resident}: an acknowledged record is not there");
            else if (!string.Equals(stored, id, StringComparison.Ordinal))
                _faults.Add($"resident {ledger.Resident}: an acknowledged record has another id");
        }

        foreach (var identifier in found.Keys.Where(identifier => !ledger.Records.ContainsKey(identifier)))
            _faults.Add(ledger.Deleted.Contains(identifier) ? $"resident {ledger.Resident}: a deleted record is back" : $"resident {ledger.Resident}: a record is there that nobody wrote");
    }

    private async Task Grants(Ledger ledger, ResidentNo resident, CancellationToken cancel)
    {
        foreach (var clinician in ledger.Grants.Keys.Concat(ledger.Revoked).ToList())
        {
            var opens = (await vault.Open(Actor.Clinician(clinician), resident, Purpose.Care, cancel)).IsOk;
            var asked = ledger.Open is { Kind: "revoke" } revoke && string.Equals(revoke.Subject, clinician, StringComparison.Ordinal);
            if (ledger.Revoked.Contains(clinician) && opens)
                _faults.Add($"resident {ledger.Resident}: a grant that was taken back opens the gate");
            if (!ledger.Grants.ContainsKey(clinician) || opens)
                continue;
            if (!asked)
                _faults.Add($"resident {ledger.Resident}: an acknowledged grant does not open the gate");
            ledger.Grants.Remove(clinician);
            ledger.Revoked.Add(clinician);
        }
    }
}
