using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using Tasuki.Kernel;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>
/// Reads one result file of the specific checkup (特定健診 <c>h*.xml</c>: HL7 CDA R2 as the ministry profiles it, hc08 V08, phases 3 and 4).
/// It yields the person, then the organisations, the encounter, the voucher, the observations and last the Composition that holds them together, shaped
/// like the eCheckup document. Insured symbol and number stay in the original file and come into no resource. The source is always the medical
/// institution the document names: the results are its own, whoever passed the file on.
/// </summary>
/// <remarks>
/// Stops: <c>mynumber.found</c>, <c>file.size</c>, <c>xml.encoding</c>, <c>xml.doctype</c>, <c>xml.broken</c>, <c>xml.depth</c>, <c>xml.elements</c>, <c>read.resources</c>,
/// <c>checkup.other</c> (another CDA document), <c>checkup.deletion</c> (a report that withdraws another).
/// </remarks>
public static class SpecificCheckupReader
{
    /// <summary>True for a CDA document in any encoding that is read. The head should reach the root element; 4 KiB always do.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> head)
    {
        var text = XmlText.Head(head);
        var root = text.IndexOf("ClinicalDocument", StringComparison.Ordinal);
        return root > 0 && text[root - 1] is '<' or ':' && text.AsSpan(root).Contains(CdaElement.Hl7, StringComparison.Ordinal);
    }

    public static async IAsyncEnumerable<ReadItem> Read(Stream xml, string name, ReadLimits limits, [EnumeratorCancellation] CancellationToken cancel)
    {
        var bytes = await Bytes(xml, limits.XmlBytes, cancel);
        if (bytes is null)
        {
            yield return Stop(name, null, "file.size", $"The XML is larger than {limits.XmlBytes} bytes, which is the most that is read at once.");
            yield break;
        }

        var text = XmlText.Decode(bytes.WrittenSpan, out var line);
        if (!text.IsOk)
        {
            yield return new ReadStopped(new SourcePosition(name, line), text.Error);
            yield break;
        }

        // The whole text is looked through, not what becomes a resource: what is passed over stays in the original file.
        if (FormatReader.MyNumberIn(Encoding.UTF8.GetBytes(text.Value), new SourcePosition(name)) is { } forbidden)
        {
            yield return forbidden;
            yield break;
        }

        var count = 0;
        foreach (var item in Guarded(new CheckupDocumentReader(text.Value, name, limits, bytes.WrittenSpan).Items(), name, text.Value))
        {
            cancel.ThrowIfCancellationRequested();
            if (item is ReadResource && ++count > limits.Resources)
            {
                yield return new ReadStopped(item.Position, new Error("read.resources", $"The file holds more than {limits.Resources} resources."));
                yield break;
            }

            yield return item;
        }
    }

    private static IEnumerable<ReadItem> Guarded(IEnumerable<ReadItem> items, string name, string text)
    {
        using var inner = items.GetEnumerator();
        while (true)
        {
            ReadStopped? stopped = null;
            try
            {
                if (!inner.MoveNext())
                    yield break;
            }
            catch (XmlException broken)
            {
                stopped = Broken(broken, name, text);
            }
            catch (ReadingStopped ended)
            {
                stopped = ended.Item;
            }

            if (stopped is not null)
            {
                yield return stopped;
                yield break;
            }

            yield return inner.Current;
            if (inner.Current is ReadStopped)
                yield break;
        }
    }

    // The exception's own message can quote the document, so it is not passed on.
    private static ReadStopped Broken(XmlException broken, string name, string text)
    {
        var root = text.IndexOf("ClinicalDocument", StringComparison.Ordinal);
        var doctype = text.IndexOf("<!DOCTYPE", StringComparison.OrdinalIgnoreCase);
        // The reader gives no position for a document type.
        if (doctype >= 0 && (root < 0 || doctype < root) && (broken.LineNumber == 0 || LineOf(text, doctype) == broken.LineNumber))
        {
            return new ReadStopped(
                new SourcePosition(name, LineOf(text, doctype)),
                new Error("xml.doctype", "The XML has a document type declaration. Checkup files have none, and it can be used for attacks: the file is refused."));
        }

        return new ReadStopped(
            new SourcePosition(name, broken.LineNumber, broken.LinePosition),
            new Error("xml.broken", "The XML is not well-formed: it is damaged or cut off here."));
    }

    private static int LineOf(string text, int at) => 1 + text.AsSpan(0, at).Count('\n');

    private static ReadStopped Stop(string name, long? line, string code, string message) => new(new SourcePosition(name, line), new Error(code, message));

    private static async ValueTask<ArrayBufferWriter<byte>?> Bytes(Stream stream, long limit, CancellationToken cancel)
    {
        var bytes = new ArrayBufferWriter<byte>(64 << 10);
        while (true)
        {
            var read = await stream.ReadAsync(bytes.GetMemory(32 << 10), cancel);
            if (read == 0)
                return bytes;
            bytes.Advance(read);
            if (bytes.WrittenCount > limit)
                return null;
        }
    }
}
