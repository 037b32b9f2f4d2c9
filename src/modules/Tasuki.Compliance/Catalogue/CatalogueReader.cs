using System.Globalization;
using System.Text;
using System.Text.Json;
using Tasuki.Compliance.Scope;

namespace Tasuki.Compliance.Catalogue;

/// <summary>Reads the catalogue's files and says everything that is wrong with them. For one reading.</summary>
/// <remarks>
/// Compiled twice: into the module, and into the check that runs at build (<c>eng/catalogue</c>). So it stands on nothing but the runtime and the enums of
/// the scope.
/// </remarks>
internal sealed class CatalogueReader
{
    private const string SourcesFile = "sources.json";

    private readonly List<CatalogueProblem> _problems = [];
    private readonly List<RequirementSource> _sources = [];
    private readonly List<Reference> _references = [];
    private readonly List<(string Id, PlacedJson At)> _order = [];
    private readonly Dictionary<string, RequirementGroup> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<RequirementLevel>> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _seen = new(StringComparer.Ordinal);

    // Of the file being read.
    private string _path = "";
    private byte[] _content = [];

    public CatalogueReading Read(IEnumerable<(string Path, string Content)> files)
    {
        var all = files.Select(f => (f.Path, f.Content, Name: f.Path[(f.Path.LastIndexOfAny(['/', '\\']) + 1)..])).OrderBy(f => f.Path, StringComparer.Ordinal).ToList();
        if (!all.Exists(f => f.Name == SourcesFile))
            return new(null, [new(SourcesFile, 1, 1, $"The catalogue has no {SourcesFile}: it lists the documents, their editions and the groups.")]);

        foreach (var file in all.Where(f => f.Name == SourcesFile))
            ReadFile(file.Path, file.Content, ReadSources);
        var (sources, sourcesContent) = (_path, _content);
        if (_problems.Count > 0)
            return new(null, _problems);

        foreach (var file in all.Where(f => f.Name != SourcesFile))
            ReadFile(file.Path, file.Content, root => ReadGroup(root, file.Name));
        (_path, _content) = (sources, sourcesContent);
        foreach (var (id, at) in _order.Where(o => !all.Exists(f => f.Name == $"{o.Id}.json")))
            Report(at, $"The group {id} has no file {id}.json.");

        return _problems.Count > 0
            ? new(null, [.. _problems.OrderBy(p => p.Path, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Column)])
            : new(new(_sources, _references, [.. _order.Select(o => _groups[o.Id])]), []);
    }

    private void ReadFile(string path, string content, Action<Fields> read)
    {
        (_path, _content) = (path, Encoding.UTF8.GetBytes(content));
        if (PlacedJson.Parse(_content, ReportAt) is not { } root)
            return;
        if (Object(root, "The file") is { } fields)
        {
            read(fields);
            fields.End();
        }
    }

    private void ReadSources(Fields root)
    {
        foreach (var at in root.List("sources"))
        {
            if (Object(at, "A source") is not { } source)
                continue;
            var id = source.Id("id", "source");
            var name = source.Wording("name");
            _levels[id] = source.Enums<RequirementLevel>("levels");
            List<SourceEdition> editions = [];
            foreach (var place in source.List("editions"))
            {
                if (Object(place, "An edition") is not { } edition)
                    continue;
                var read = new SourceEdition(edition.Id("id", "edition"), id, editions.Count, edition.Wording("name"), edition.Date("date"));
                if (editions is [.., var last] && read.Date.Length > 0 && string.CompareOrdinal(read.Date, last.Date) <= 0)
                    Report(place, $"Editions stand oldest first: {read.Id} is of {read.Date}, {last.Id} before it of {last.Date}.");
                editions.Add(read);
                edition.End();
            }

            _sources.Add(new(id, name, editions));
            source.End();
        }

        foreach (var at in root.List("references"))
        {
            if (Object(at, "A reference") is not { } reference)
                continue;
            _references.Add(new(reference.Id("id", "reference"), reference.Wording("name"), reference.Optional("address")));
            reference.End();
        }

        foreach (var at in root.List("groups"))
        {
            if (String(at, "A group") is not { Length: > 0 } id)
                continue;
            if (id.Length != 2 || !id.All(char.IsAsciiLetterUpper))
                Report(at, $"A group is two capital letters, and this is '{id}'.");
            else if (_order.Exists(o => o.Id == id))
                Report(at, $"The group {id} is listed twice.");
            else
                _order.Add((id, at));
        }
    }

    private void ReadGroup(Fields root, string fileName)
    {
        var id = root.String("group");
        var name = root.Wording("name");
        if (id.Length > 0 && fileName != $"{id}.json")
            Report(root.Value("group"), $"The file {fileName} says it holds the group {id}, whose file is {id}.json.");
        else if (id.Length > 0 && !_order.Exists(o => o.Id == id))
            Report(root.Value("group"), $"{SourcesFile} lists no group {id}; it lists {string.Join(", ", _order.Select(o => o.Id))}.");

        List<Requirement> rows = [];
        foreach (var at in root.List("rows"))
        {
            if (Object(at, "A row") is { } row)
            {
                rows.Add(ReadRow(row, fileName[..^".json".Length]));
                row.End();
            }
        }

        _groups[id] = new(id, name, rows);
    }

    private Requirement ReadRow(Fields row, string group)
    {
        var id = row.Id("id", "row");
        if (id.Length > 0
            && !(id.Length == group.Length + 3 && id.StartsWith($"{group}-", StringComparison.Ordinal) && char.IsAsciiDigit(id[^1]) && char.IsAsciiDigit(id[^2])))
            Report(row.Value("id"), $"The id '{id}' does not belong into the file of group {group}, whose ids are {group}-01, {group}-02 and so on.");

        var text = row.Wording("text");
        if (text.Ja.Length > 0 && Ascii.IsValid(text.Ja))
            Report(row.Value("text"), "The Japanese text has no Japanese letter.");

        List<Basis> bases = [];
        foreach (var at in row.List("bases"))
        {
            if (Object(at, "A basis") is { } basis)
            {
                if (ReadBasis(basis) is { } read)
                    bases.Add(read);
                basis.End();
            }
        }

        // A row that rests only on documents which bind certain operators concerns those operators.
        OperatorKind[] operators = bases.Exists(b => b.Operators.Count == 0) ? [] : [.. bases.SelectMany(b => b.Operators).Distinct().Order()];
        return new(
            id, text, bases, row.Enums<BoundParty>("binds"), ReadAppliesIf(row, operators), row.Enums<RequirementKind>("kinds"), ReadMarks(row),
            ReadInterval(row), row.Enum<OwnerRole>("owner") ?? default, row.OptionalEnum<ComingCapability>("comesWith"), ReadShortList(row));
    }

    private Basis? ReadBasis(Fields basis)
    {
        var level = basis.Enum<RequirementLevel>("level");
        var clause = basis.Wording("clause");
        var operators = basis.Has("operators") ? basis.Enums<OperatorKind>("operators") : [];
        var sourceId = basis.String("source");
        var source = _sources.Find(s => s.Id == sourceId);
        if (sourceId.Length > 0 && source is null)
            Report(basis.Value("source"), $"There is no source '{sourceId}'; {SourcesFile} lists {string.Join(", ", _sources.Select(s => s.Id))}.");
        if (source is null)
        {
            basis.Skip("from", "until", "changes");
            return null;
        }

        if (level is { } given && !_levels[source.Id].Contains(given))
            Report(basis.Value("level"), $"The source {source.Id} asks nothing of the level {given}; it has {string.Join(", ", _levels[source.Id])}.");
        var from = Edition(basis, "from", source);
        var until = Edition(basis, "until", source);
        if (from is not null && until is not null && from.Place > until.Place)
            Report(basis.Value("until"), $"The row ends with {until.Id}, before it begins with {from.Id}.");
        if (until is not null && until.Id == source.Current.Id)
            Report(basis.Value("until"), $"{until.Id} is the newest edition, so the row has not ended: leave 'until' out.");
        var changes = ReadChanges(basis, source, from, until);
        return new(source, level ?? default, clause, from, until, operators, changes);
    }

    private List<EditionChange> ReadChanges(Fields basis, RequirementSource source, SourceEdition? from, SourceEdition? until)
    {
        List<EditionChange> changes = [];
        var unknown = false;
        foreach (var at in basis.Has("changes") ? basis.List("changes") : [])
        {
            if (Object(at, "A change") is not { } change)
                continue;
            var edition = Edition(change, "edition", source, required: true);
            var text = new Wording(change.String("ja"), change.String("en"));
            change.End();
            if (edition is null)
                unknown = true;
            else if (edition.Place == 0)
                Report(change.Value("edition"), $"{edition.Id} is the oldest edition known, so it changed nothing.");
            else if (edition.Place < (from?.Place ?? 0) || edition.Place > (until?.Place ?? int.MaxValue - 1) + 1)
                Report(change.Value("edition"), $"{edition.Id} does not have the row, so it cannot have changed it.");
            else if (changes.Exists(c => c.Edition == edition))
                Report(change.Value("edition"), $"What {edition.Id} changed is said twice.");
            else
                changes.Add(new(edition, text));
        }

        // Whose edition is mistyped has been told so: it may be the one that is looked for here.
        if (unknown)
            return changes;
        if (from is { Place: > 0 } && !changes.Exists(c => c.Edition == from))
            Report(basis.Value("from"), $"{from.Id} brings the row, so 'changes' must say what it brought.");
        if (until is not null && until.Place + 1 < source.Editions.Count && source.Editions[until.Place + 1] is var dropped && !changes.Exists(c => c.Edition == dropped))
            Report(basis.Value("until"), $"{dropped.Id} drops the row, so 'changes' must say what it dropped.");
        return changes;
    }

    private SourceEdition? Edition(Fields fields, string name, RequirementSource source, bool required = false)
    {
        if (!required && !fields.Has(name))
            return null;
        var id = fields.String(name);
        var edition = source.Editions.FirstOrDefault(e => e.Id == id);
        if (id.Length > 0 && edition is null)
            Report(fields.Value(name), $"The source {source.Id} has no edition '{id}'; it has {string.Join(", ", source.Editions.Select(e => e.Id))}.");
        return edition;
    }

    private AppliesIf ReadAppliesIf(Fields row, IReadOnlyList<OperatorKind> operators)
    {
        if (!row.Has("appliesIf") || Object(row.Value("appliesIf"), "appliesIf") is not { } fields)
            return new(operators, null, null, null, []);
        if (fields.Count == 0)
            Report(row.Value("appliesIf"), "appliesIf is empty: leave it out.");
        var read = new AppliesIf(
            operators, fields.OptionalBool("mynaportal"), fields.OptionalEnum<HostingPlace>("hosting"), fields.OptionalBool("institutions"),
            fields.Has("providers") ? fields.Enums<ProviderType>("providers") : []);
        fields.End();
        return read;
    }

    private List<string> ReadMarks(Fields row)
    {
        List<string> marks = [];
        foreach (var at in row.List("sources"))
        {
            if (String(at, "A mark") is not { Length: > 0 } mark)
                continue;
            if (marks.Contains(mark, StringComparer.Ordinal))
                Report(at, $"The mark {mark} stands twice.");
            else if (mark is CatalogueMarks.Design or CatalogueMarks.Open || CatalogueMarks.IsKnowledge(mark) || _references.Exists(r => r.Id == mark))
                marks.Add(mark);
            else
                Report(at, $"'{mark}' is no mark: it is neither K0.1 to K0.99, D, Open, nor a reference that {SourcesFile} lists.");
        }

        return marks;
    }

    private AnswerInterval ReadInterval(Fields row)
    {
        if (row.Object("interval") is not { } interval)
            return new(default, Ours: true);
        var text = interval.String("period");
        if (!Period.TryParse(text, out var period) && text.Length > 0)
            Report(interval.Value("period"), $"'{text}' is no period of days, weeks, months or years up to a hundred years, such as P1Y, P6M or P2W.");
        var ours = interval.Bool("ours");
        interval.End();
        return new(period, ours);
    }

    private RequirementKind? ReadShortList(Fields row)
    {
        var half = row.OptionalEnum<RequirementKind>("shortList");
        if (half is not RequirementKind.Organisation)
            return half;
        Report(row.Value("shortList"), "The short list has two halves, Software and Document; this says Organisation.");
        return null;
    }

    private Fields? Object(PlacedJson at, string what)
    {
        if (at.Kind == JsonTokenType.StartObject)
            return new(this, at);
        Report(at, $"{what} must be an object, and this is {Said(at)}.");
        return null;
    }

    private string String(PlacedJson at, string what)
    {
        if (at.Kind != JsonTokenType.String)
            Report(at, $"{what} must be a text, and this is {Said(at)}.");
        else if (at.Text.Length == 0 || at.Text != at.Text.Trim())
            Report(at, $"{what} is empty, or begins or ends with a space.");
        else if (at.Text.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0)
            Report(at, $"{what} has a line break or another control character in it.");
        else
            return at.Text;
        return "";
    }

    private void Report(PlacedJson at, string sentence) => ReportAt(at.Place, sentence);

    private void ReportAt(int place, string sentence)
    {
        var (line, column) = PlacedJson.PositionOf(_content, place);
        _problems.Add(new(_path, line, column, sentence));
    }

    private static string Said(PlacedJson at) => at.Kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => $"the text '{at.Text}'",
        _ => at.Text,
    };

    /// <summary>The properties of one object: each is asked for by name, and <see cref="End"/> reports those nobody asked for.</summary>
    private sealed class Fields(CatalogueReader reader, PlacedJson at)
    {
        private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

        public int Count => at.Members.Count;

        public bool Has(string name)
        {
            _asked.Add(name);
            return at.Members.Exists(m => m.Name == name);
        }

        /// <summary>What <see cref="Has"/> has found; the object itself where there is nothing.</summary>
        public PlacedJson Value(string name) => at.Members.Find(m => m.Name == name)?.Value ?? at;

        /// <summary>Properties that may stand here and cannot be judged, because what they belong to is unknown.</summary>
        public void Skip(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                _asked.Add(name);
        }

        public void End()
        {
            foreach (var member in at.Members.Where(m => !_asked.Contains(m.Name)))
                reader.ReportAt(member.Place, $"There is no property '{member.Name}' here; there are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}.");
        }

        public string String(string name) => Required(name) is { } value ? reader.String(value, name) : "";

        public string? Optional(string name) => Has(name) && reader.String(Value(name), name) is { Length: > 0 } text ? text : null;

        /// <summary>A text that stands only once among all of its kind in the whole catalogue.</summary>
        public string Id(string name, string kind)
        {
            var id = String(name);
            if (id.Length > 0 && !reader._seen.TryAdd($"{kind} {id}", reader._path))
                reader.Report(Value(name), $"The {kind} '{id}' is there already, in {reader._seen[$"{kind} {id}"]}.");
            return id;
        }

        public Wording Wording(string name)
        {
            if (Object(name) is not { } fields)
                return new("", "");
            var read = new Wording(fields.String("ja"), fields.String("en"));
            fields.End();
            return read;
        }

        public Fields? Object(string name) => Required(name) is { } value ? reader.Object(value, name) : null;

        public List<PlacedJson> List(string name)
        {
            if (Required(name) is not { } value)
                return [];
            if (value.Kind != JsonTokenType.StartArray)
                reader.Report(value, $"{name} must be a list, and this is {Said(value)}.");
            else if (value.Items.Count == 0)
                reader.Report(value, $"{name} is an empty list.");
            return value.Items;
        }

        public bool Bool(string name)
        {
            if (Required(name) is { Kind: not (JsonTokenType.True or JsonTokenType.False) } value)
                reader.Report(value, $"{name} must be true or false, and this is {Said(value)}.");
            return Value(name).Kind == JsonTokenType.True;
        }

        public bool? OptionalBool(string name) => Has(name) ? Bool(name) : null;

        public string Date(string name)
        {
            var text = String(name);
            if (text.Length == 0 || DateOnly.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM"], CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
                return text;
            reader.Report(Value(name), $"{name} must be a day such as 2025-04-30 or a month such as 2025-06, and this is '{text}'.");
            return "";
        }

        public T? Enum<T>(string name) where T : struct, Enum => Required(name) is { } value ? One<T>(value, name) : null;

        public T? OptionalEnum<T>(string name) where T : struct, Enum => Has(name) ? One<T>(Value(name), name) : null;

        public List<T> Enums<T>(string name) where T : struct, Enum
        {
            List<T> read = [];
            foreach (var item in List(name))
            {
                if (One<T>(item, name) is not { } value)
                    continue;
                if (read.Contains(value))
                    reader.Report(item, $"{value} stands twice in {name}.");
                read.Add(value);
            }

            return read;
        }

        private T? One<T>(PlacedJson value, string name) where T : struct, Enum
        {
            if (reader.String(value, name) is not { Length: > 0 } text)
                return null;
            if (System.Enum.GetNames<T>().Contains(text, StringComparer.Ordinal))
                return System.Enum.Parse<T>(text);
            reader.Report(value, $"{name} is one of {string.Join(", ", System.Enum.GetNames<T>())}, and this is '{text}'.");
            return null;
        }

        private PlacedJson? Required(string name)
        {
            if (Has(name))
                return Value(name);
            reader.Report(at, $"'{name}' is missing.");
            return null;
        }
    }
}
