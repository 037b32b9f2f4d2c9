using System.Collections.Frozen;
using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.Exchange;

/// <summary>What went wrong, in the person's language. A code without a sentence of its own is said with the English sentence it came with.</summary>
internal sealed class Sentences(Texts<ExchangeTexts> texts)
{
    private const string Prefix = "problem-";

    /// <summary>The codes that have a text, <c>problem-CODE</c>; a part before the dot stands for all that begin so and have none of their own.</summary>
    public static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
    [
        "archive.empty", "archive.missing", "archive.unknown", "bundle.depth", "bundle.entry", "checkup", "clins.withheld", "close.word",
        "file.resources", "file.size", "format.empty", "format.html", "format.json", "format.pdf", "format.picture", "format.unknown", "format.xml",
        "format.zip", "gate.refused", "import.busy", "import.empty", "import.missing", "import.not-mine", "import.nothing", "import.samples",
        "import.settled", "import.size", "import.spool", "import.too-much", "import.waiting", "json.broken", "json.depth", "json.duplicate",
        "json.encoding", "json.text", "masked.insured-number", "measurement", "mynumber.found", "ndjson.line", "people.not-fresh", "people.not-signed-in",
        "person.several", "phr.data-file", "read.resources", "repaired", "resource.depth", "resource.duplicate", "resource.invalid", "resource.json",
        "resource.not-a-record", "resource.not-personal", "resource.shape", "resource.slip", "resource.text", "resource.type", "samples.value",
        "scan.found", "scan.refused", "scan.size", "scan.unreachable", "upload.broken", "upload.form", "upload.none", "upload.size", "upload.token",
        "xml", "xml.doctype", "xml.encoding", "zip", "zip.encrypted", "zip.nested",
    ], StringComparer.Ordinal);

    public string Of(Error error) => Of(error.Code, error.Message);

    public string Of(string code, string? message) =>
        Known.Contains(code) ? texts[Prefix + code]
        : Known.Contains(code.Split('.')[0]) ? texts[Prefix + code.Split('.')[0]]
        : message is null ? texts["problem-other"] : texts["problem-said", message];
}
