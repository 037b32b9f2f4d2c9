using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Xml;
using Tasuki.Kernel;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>What the index of an exchange archive says.</summary>
/// <param name="Sender">10 digits (institution) or 8 (insurer).</param>
/// <param name="Receiver">10 digits (institution) or 8 (insurer).</param>
/// <param name="Part">分割番号, 0 to 9.</param>
/// <param name="Service">実施区分, 1 to 4.</param>
/// <param name="Interaction">種別, 1 to 13.</param>
public sealed record CheckupExchange(string Sender, string Receiver, DateOnly Day, int Part, int Service, int Interaction)
{
    /// <summary>Amounts in yen for the summary. Without them no summary is written: the archive settles nothing.</summary>
    public CheckupAmounts? Amounts { get; init; }

    /// <summary>The namespace of index and summary: one of the two of <see cref="CheckupArchive"/>.</summary>
    public string Namespace { get; init; } = CheckupArchive.Namespace2007;
}

/// <summary>Totals in yen.</summary>
public sealed record CheckupAmounts(int Cost, int Payment, int Claim, int? OtherProgramme = null);

/// <summary>Writes the exchange archive: a root folder named after sender, receiver and day, with the index, the summary and one file a document.</summary>
public static class CheckupArchiveWriter
{
    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), CloseOutput = false };

    /// <summary>
    /// The full URLs of what the format could not hold. Errors: <c>checkup.exchange</c> (the exchange's numbers are none the format has),
    /// <c>checkup.composition</c>. A failed archive is left unfinished in the stream and must be thrown away.
    /// </summary>
    public static Result<IReadOnlyList<string>> Write(Stream zip, CheckupExchange exchange, IReadOnlyList<CheckupDocument> documents)
    {
        if (!IsNumber(exchange.Sender) || !IsNumber(exchange.Receiver))
            return new Error("checkup.exchange", "Sender and receiver are numbers of 8 or 10 digits.");
        if (exchange.Part is < 0 or > 9 || exchange.Service is < 1 or > 4 || exchange.Interaction is < 1 or > 13 || documents.Count > 999_999)
            return new Error("checkup.exchange", "Part is 0 to 9, service 1 to 4, interaction 1 to 13, and an archive holds at most 999999 results.");

        var leftOut = new List<string>();
        var root = string.Create(CultureInfo.InvariantCulture, $"{exchange.Sender}_{exchange.Receiver}_{exchange.Day:yyyyMMdd}{exchange.Part}_{exchange.Service}/");
        using var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8);
        Entry(archive, root + "ix08_V08.xml", exchange.Day, stream => Index(stream, exchange, documents.Count));
        if (exchange.Amounts is { } amounts)
            Entry(archive, root + "su08_V08.xml", exchange.Day, stream => Summary(stream, exchange, amounts, documents.Count));
        for (var i = 0; i < documents.Count; i++)
        {
            var name = new CheckupFileName('h', Institution(documents[i]) ?? exchange.Sender.PadLeft(10, '0'), exchange.Day, exchange.Part, exchange.Service, i + 1);
            Error? failed = null;
            Entry(archive, $"{root}DATA/{name}", exchange.Day, stream =>
            {
                var written = SpecificCheckupWriter.Write(stream, documents[i]);
                failed = written.Error;
                if (written.IsOk)
                    leftOut.AddRange(written.Value);
            });
            if (failed is not null)
                return failed;
        }

        return leftOut;
    }

    // The name carries the number of the institution that did the checkup, whoever sends the archive.
    private static string? Institution(CheckupDocument document)
    {
        foreach (var each in document.Resources.Where(each => each.Resource.Type == "Organization"))
        {
            using var json = JsonDocument.Parse(each.Resource.Json);
            foreach (var identifier in json.RootElement.Each("identifier"))
            {
                if (identifier.Text("system") == CheckupCodes.InstitutionSystem && identifier.Text("value") is { Length: 10 } number && number.All(char.IsAsciiDigit))
                    return number;
            }
        }

        return null;
    }

    private static bool IsNumber(string number) => number.Length is 8 or 10 && number.All(char.IsAsciiDigit);

    private static void Entry(ZipArchive archive, string path, DateOnly day, Action<Stream> write)
    {
        var entry = archive.CreateEntry(path, CompressionLevel.Optimal);
        // The same content gives the same bytes: the entry's time is the exchange's day, not the clock's.
        entry.LastWriteTime = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        using var stream = entry.Open();
        write(stream);
    }

    private static void Index(Stream stream, CheckupExchange exchange, int count)
    {
        using var xml = XmlWriter.Create(stream, Settings);
        xml.WriteStartElement("index", exchange.Namespace);
        Leaf(xml, exchange, "interactionType", "code", Text(exchange.Interaction));
        Leaf(xml, exchange, "creationTime", "value", exchange.Day.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        Office(xml, exchange, "sender", exchange.Sender);
        Office(xml, exchange, "receiver", exchange.Receiver);
        Leaf(xml, exchange, "serviceEventType", "code", Text(exchange.Service));
        Leaf(xml, exchange, "totalRecordCount", "value", Text(count));
        xml.WriteEndElement();
    }

    private static void Summary(Stream stream, CheckupExchange exchange, CheckupAmounts amounts, int count)
    {
        using var xml = XmlWriter.Create(stream, Settings);
        xml.WriteStartElement("summary", exchange.Namespace);
        Leaf(xml, exchange, "serviceEventType", "code", Text(exchange.Service));
        Leaf(xml, exchange, "totalSubjectCount", "value", Text(count));
        Amount(xml, exchange, "totalCostAmount", amounts.Cost);
        Amount(xml, exchange, "totalPaymentAmount", amounts.Payment);
        if (amounts.OtherProgramme is { } other)
            Amount(xml, exchange, "totalPaymentByOtherProgram", other);
        Amount(xml, exchange, "totalClaimAmount", amounts.Claim);
        xml.WriteEndElement();
    }

    private static void Office(XmlWriter xml, CheckupExchange exchange, string name, string number)
    {
        xml.WriteStartElement(name, exchange.Namespace);
        xml.WriteStartElement("id", exchange.Namespace);
        xml.WriteAttributeString("root", number.Length == 10 ? CheckupCodes.Institution : CheckupCodes.Insurer);
        xml.WriteAttributeString("extension", number);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void Amount(XmlWriter xml, CheckupExchange exchange, string name, int yen)
    {
        xml.WriteStartElement(name, exchange.Namespace);
        xml.WriteAttributeString("value", Text(yen));
        xml.WriteAttributeString("currency", "JPY");
        xml.WriteEndElement();
    }

    private static void Leaf(XmlWriter xml, CheckupExchange exchange, string name, string attribute, string value)
    {
        xml.WriteStartElement(name, exchange.Namespace);
        xml.WriteAttributeString(attribute, value);
        xml.WriteEndElement();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
