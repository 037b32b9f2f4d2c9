using System.Collections.Frozen;
using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi;

/// <summary>
/// Who may change what through this interface: one table, read by the code, by the CapabilityStatement and by its test alike. It narrows what the gate gives and never
/// widens it; what the gate hides is answered as missing before this table is asked.
/// </summary>
internal static class WriteRules
{
    private const string OfRecords = "A record from an official source is never changed or deleted here: a correction is a new record that refers to it.";
    private const string Desk = "Name, birth date and identifiers of a person are changed at the municipality's desk; a Patient is neither created nor changed here.";
    private const string Document = "A document is brought in as a file by the person; its entries are read and searched one by one.";
    private const string Log = "AuditEvents are a read-only view of the access log: the server writes it, and nobody changes it.";
    private const string Origins = "Provenance is written by the server from where each record came; it is read and searched here.";
    private const string Ending = "A Consent is given in the municipality's own pages. Here it can be ended by an app of the resident (an update that sets its status to inactive and nothing else), never rewritten or deleted.";
    private const string NotTheirs = "This record was not written by the one who asks. A correction is a new record that refers to it.";
    private const string NotChanged = "This record came from an official source and is never changed or deleted here. A correction is a new record that refers to it.";

    private const string NotShared = "This record is about nobody and shared by all: the municipality keeps it, and here it is read and searched, never changed or deleted. Other words about the same go into a record of the person's.";
    private const string OfShared = OfRecords + " One that is about nobody and that the municipality keeps for all (shared) is read and searched by every caller alike, and never changed here.";

    private static readonly FrozenDictionary<(string, RuledAction, ApiCallerKind, RecordStanding), WriteRule> ByPlace =
        Made().ToFrozenDictionary(rule => (rule.Type, rule.Action, rule.Caller, rule.Standing));

    /// <summary>Every held type, interaction, caller and standing that can meet. Of a view nothing is anybody's own.</summary>
    public static IReadOnlyList<WriteRule> Table { get; } = [.. Made()];

    public static Error? Refusal(string type, RuledAction action, ApiCallerKind caller, RecordStanding standing) =>
        ByPlace[(type, action, caller, standing)].Refusal is { } sentence ? new Error("write.rule", sentence) : null;

    /// <summary>Whether the caller may do this with the record as it stands.</summary>
    public static Error? Refusal(ApiCaller caller, RuledAction action, StoredRecord record) => Refusal(record.Type, action, caller.Kind, record.IsShared ? RecordStanding.Shared : Standing(caller, record.Origin));

    public static bool IsOpen(string type, RuledAction action) => Table.Any(rule => rule.Action == action && rule.Refusal is null && string.Equals(rule.Type, type, StringComparison.Ordinal));

    /// <summary>The table of one type in words, after the sentence that says what it is about.</summary>
    public static string Text(string type)
    {
        var lines = Table.Where(rule => rule.Action is not RuledAction.Read && string.Equals(rule.Type, type, StringComparison.Ordinal)).GroupBy(rule => rule.Action)
            .Select(of => (Action: of.Key.ToString().ToLowerInvariant(), Open: string.Join("; ", of.Where(rule => rule.Refusal is null).GroupBy(rule => rule.Caller)
                .Select(by => $"{Word(by.Key)} ({string.Join(", ", by.Select(rule => Word(rule.Standing)))})"))))
            .GroupBy(line => line.Open, StringComparer.Ordinal).Select(same => $"{string.Join(", ", same.Select(line => line.Action))}: {(same.Key.Length == 0 ? "nobody" : same.Key)}.");
        return $"{Sentence(type)} Open to whom, and for which records: {string.Join(' ', lines)}";
    }

    public static RecordStanding Standing(ApiCaller caller, RecordOrigin origin) =>
        WrittenHere(origin) ? string.Equals(AppOf(origin.Position!), AppOf(Author(caller)), StringComparison.Ordinal) ? RecordStanding.Own
            : origin.Kind is SourceKind.MedicalInstitution ? RecordStanding.Official : RecordStanding.Another
        : origin.Kind switch
        {
            SourceKind.Person => RecordStanding.Entered,
            SourceKind.Mynaportal or SourceKind.MedicalInstitution or SourceKind.Insurer or SourceKind.Municipality or SourceKind.Employer => RecordStanding.Official,
            _ => RecordStanding.Another,
        };

    public static RecordOrigin Origin(ApiCaller caller, DateTimeOffset now) => new(
        caller.Kind switch { ApiCallerKind.ResidentApp => SourceKind.Person, ApiCallerKind.ClinicianApp => SourceKind.MedicalInstitution, _ => SourceKind.OtherPhr },
        null, null, Author(caller), now);

    /// <summary>Kind and id of the one who wrote a record through this interface; null for one that came another way.</summary>
    public static (ActorKind Kind, string Id)? WriterOf(RecordOrigin origin) =>
        WrittenHere(origin) && AppOf(origin.Position!).Split(':', 3) is [_, var kind, var id] && int.TryParse(kind, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? ((ActorKind)number, id) : null;

    // Of a record from a file the position is a place in it, whatever it reads like.
    private static bool WrittenHere(RecordOrigin origin) => origin.FileNo is null && origin.Position?.StartsWith("fhir:", StringComparison.Ordinal) is true;

    private static string Author(ApiCaller caller) => string.Create(CultureInfo.InvariantCulture, $"fhir:{(int)caller.Actor.Kind}:{caller.Actor.Id}");

    // An app that was connected anew is still the app that wrote it.
    private static string AppOf(string position) => position.Split('/')[0];

    private static IEnumerable<WriteRule> Made() =>
        from type in HeldTypes.All
        from action in Enum.GetValues<RuledAction>()
        from caller in Enum.GetValues<ApiCallerKind>()
        from standing in Standings(type, action)
        select new WriteRule(type, action, caller, standing, Refused(type, action, caller, standing));

    private static RecordStanding[] Standings(string type, RuledAction action) =>
        action is RuledAction.Create ? [RecordStanding.New]
        : HeldTypes.IsView(type) ? [RecordStanding.Another]
        : SharedTypes.Has(type) ? [RecordStanding.Own, RecordStanding.Entered, RecordStanding.Official, RecordStanding.Shared, RecordStanding.Another]
        : [RecordStanding.Own, RecordStanding.Entered, RecordStanding.Official, RecordStanding.Another];

    private static string? Refused(string type, RuledAction action, ApiCallerKind caller, RecordStanding standing) => (type, action, standing) switch
    {
        (_, RuledAction.Read, _) => null,
        ("Consent", RuledAction.Update or RuledAction.Patch, _) when caller is ApiCallerKind.ResidentApp => null,
        ("Patient" or "Bundle", _, _) => Sentence(type),
        (_, _, _) when HeldTypes.IsView(type) => Sentence(type),
        (_, _, RecordStanding.New or RecordStanding.Own) => null,
        (_, _, RecordStanding.Entered) when caller is ApiCallerKind.ResidentApp => null,
        (_, _, RecordStanding.Official) => NotChanged,
        (_, _, RecordStanding.Shared) => NotShared,
        _ => NotTheirs,
    };

    private static string Sentence(string type) => type switch
    {
        "Patient" => Desk,
        "Bundle" => Document,
        "AuditEvent" => Log,
        "Provenance" => Origins,
        "Consent" => Ending,
        _ => SharedTypes.Has(type) ? OfShared : OfRecords,
    };

    private static string Word(ApiCallerKind caller) => caller switch { ApiCallerKind.ResidentApp => "the resident's app", ApiCallerKind.ClinicianApp => "a clinician's app", _ => "a service" };

    private static string Word(RecordStanding standing) => standing switch
    {
        RecordStanding.New => "new ones",
        RecordStanding.Own => "its own",
        RecordStanding.Entered => "those the person entered",
        RecordStanding.Official => "official ones",
        RecordStanding.Shared => "shared ones",
        _ => "all",
    };
}
