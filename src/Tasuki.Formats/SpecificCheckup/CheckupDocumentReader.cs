using System.Text.Json.Nodes;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>The way through one document, top to bottom: root, header, body, Composition.</summary>
internal sealed class CheckupDocumentReader
{
    private readonly CdaSource _source;
    private readonly CheckupOutput _out;
    private readonly CheckupHeader _header;
    private readonly CheckupObservations _observations;
    private readonly JsonArray _sections = [];
    private bool _begun;
    private bool _guidance;

    public CheckupDocumentReader(string text, string name, ReadLimits limits, ReadOnlySpan<byte> bytes)
    {
        _source = new CdaSource(text, name, limits.Depth);
        _out = new CheckupOutput(_source, bytes);
        _header = new CheckupHeader(_out);
        _observations = new CheckupObservations(_out, _header);
    }

    public IEnumerable<ReadItem> Items()
    {
        using var source = _source;
        var root = _source.Root();
        if (root is not { Name: "ClinicalDocument", IsHl7: true })
        {
            yield return _out.Stop(root, "checkup.other", "The XML is no HL7 CDA document.");
            yield break;
        }

        foreach (var child in _source.Children(root))
        {
            if (!child.IsHl7)
            {
                _out.Say(child, "checkup.element", "An element of another format stands here; it was not read.");
                _source.Whole(child);
            }
            else if (child.Name == "component")
            {
                foreach (var item in Body(child))
                    yield return item;
            }
            else
            {
                if (_begun)
                    _out.Say(child, "checkup.order", "This part of the header stands after the results; it was not used.");
                else if (_header.Take(_source.Whole(child)) is { } stop)
                    yield return stop;
                if (_header.Stopped)
                    yield break;
            }

            foreach (var item in _out.Take())
                yield return item;
        }

        _source.End();
        if (!_begun)
        {
            Begin(root);
            if (!_guidance)
                _out.Say(root, "checkup.empty", "The document has no results.");
        }

        if (!_guidance)
            _header.Composition(root, _sections);
        foreach (var item in _out.Take())
            yield return item;
    }

    private void Begin(CdaElement at)
    {
        _begun = true;
        _guidance = _header.IsGuidance;
        _header.Begin(at);
        if (_guidance)
            _out.Say(at, "checkup.guidance", "This is a result of health guidance (保健指導結果). Its items are not read yet; the original file is kept.");
    }

    private IEnumerable<ReadItem> Body(CdaElement component)
    {
        foreach (var body in _source.Children(component))
        {
            if (body is not { Name: "structuredBody", IsHl7: true })
            {
                _out.Say(body, "checkup.body", "The results do not stand as a structured body; they were not read.");
                continue;
            }

            if (!_begun)
            {
                Begin(component);
                foreach (var item in _out.Take())
                    yield return item;
            }

            foreach (var part in _source.Children(body))
            {
                if (_guidance || !Expect(part, "component"))
                    continue;
                foreach (var section in _source.Children(part))
                {
                    if (!Expect(section, "section"))
                        continue;
                    foreach (var item in Section(section))
                        yield return item;
                }
            }
        }
    }

    private IEnumerable<ReadItem> Section(CdaElement section)
    {
        string? code = null;
        string? title = null;
        string? narrative = null;
        var entries = new JsonArray();
        var known = false;
        foreach (var child in _source.Children(section))
        {
            if (!child.IsHl7)
            {
                Expect(child, "entry");
                continue;
            }

            switch (child.Name)
            {
                case "code":
                    _source.Whole(child);
                    code = child["code"];
                    known = code is not null && CheckupCodes.SectionName(code) is not null;
                    title ??= child["displayName"];
                    if (!known)
                        _out.Say(child, "checkup.section", "The section has a code that is not known. Its entries were read all the same.");
                    break;
                case "title":
                    title = _source.Whole(child).AllText() is { Length: > 0 } text ? text : title;
                    break;
                case "text":
                    narrative = _source.Whole(child).AllText();
                    break;
                case "entry":
                    _source.Whole(child);
                    if (child.Child("observation") is { } observation)
                    {
                        if (_observations.Read(observation, CheckupCodes.Category(_header.Programme, code)) is { } url)
                            entries.Add(new JsonObject { ["reference"] = url });
                    }
                    else
                    {
                        _out.Say(child, "checkup.entry", "The entry holds no observation; it was not read.");
                    }

                    foreach (var item in _out.Take())
                        yield return item;
                    break;
                case "id" or "author":
                    break;
                default:
                    Expect(child, "entry");
                    break;
            }
        }

        if (code is null)
            _out.Say(section, "checkup.section", "The section has no code. Its entries were read all the same.");
        var json = new JsonObject { ["title"] = title ?? (code is null ? null : CheckupCodes.SectionName(code)) ?? "健診結果" };
        if (code is not null)
        {
            json["code"] = CheckupJson.Concept(known ? CheckupCodes.SectionSystem : "urn:oid:" + CheckupCodes.Sections, code, CheckupCodes.SectionName(code));
        }

        if (narrative is { Length: > 0 })
            json["text"] = CheckupJson.Narrative(narrative);
        if (entries.Count > 0)
            json["entry"] = entries;
        // A section of a Composition must hold something.
        if (entries.Count > 0 || narrative is { Length: > 0 })
            _sections.Add(json);
    }

    private bool Expect(CdaElement element, string name)
    {
        if (element.IsHl7 && element.Name == name)
            return true;
        _out.Say(element, "checkup.element", $"A {name} is expected here; this element was not read.");
        return false;
    }
}
