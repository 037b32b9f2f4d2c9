using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Tasuki.Fhir;

namespace Tasuki.Cli.ImportFhir;

/// <summary>Where a resource stands: file, line from 1, bytes.</summary>
internal readonly record struct Place(int File, int Line, long Offset, int Length);

/// <summary>A line that is not taken over, and why. No value of a person.</summary>
internal sealed record RefusedLine(Place Place, int Column, string Sentence);

/// <summary>
/// The first way through the files: whose each line is. Kept are places, not bytes, so that the lines of one resident can be read together, wherever they stand: what they
/// refer to among themselves is then rewritten in one write.
/// </summary>
internal sealed class NdjsonIndex : IDisposable
{
    /// <summary>Bytes of one line.</summary>
    public const int LongestLine = 32 << 20;

    private const int Block = 1 << 20;

    // They hold other resources, or say what became of a request.
    private static readonly string[] NoRecords = ["Bundle", "OperationOutcome", "Parameters"];

    // What the server itself says of its records: another server's would stand beside it and be shown nowhere.
    private static readonly string[] Views = ["AuditEvent", "Consent", "Provenance"];

    private readonly List<SafeFileHandle> _files = [];
    private readonly Dictionary<string, List<Place>> _ofPatient = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Place> _shared = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, List<Place>> OfPatient => _ofPatient;

    /// <summary>Resources about nobody, such as organisations, by <c>Type/id</c>: once among the shared records where that was asked for, else with each person whose records refer to them.</summary>
    public IReadOnlyDictionary<string, Place> Shared => _shared;

    public List<RefusedLine> Refused { get; } = [];

    public long Lines { get; private set; }

    public static NdjsonIndex Of(IReadOnlyList<string> files, CancellationToken cancel)
    {
        var index = new NdjsonIndex();
        foreach (var file in files)
            index.Read(file, cancel);
        return index;
    }

    public byte[] Bytes(Place place)
    {
        var bytes = new byte[place.Length];
        for (var read = 0; read < bytes.Length;)
        {
            var some = RandomAccess.Read(_files[place.File], bytes.AsSpan(read), place.Offset + read);
            read += some > 0 ? some : throw new EndOfStreamException("A file became shorter while it was read.");
        }

        return bytes;
    }

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private void Read(string path, CancellationToken cancel)
    {
        var handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        _files.Add(handle);
        var buffer = new byte[Block];
        var (start, held, number) = (0L, 0, 0);
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (held == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var read = RandomAccess.Read(handle, buffer.AsSpan(held), start + held);
            held += read;
            var taken = Take(buffer.AsSpan(0, held), start, ref number, last: read == 0);
            start += taken;
            buffer.AsSpan(taken, held - taken).CopyTo(buffer);
            held -= taken;
            if (read == 0)
                return;
            if (held > LongestLine)
                throw new InvalidDataException($"Line {number + 1} of {Path.GetFileName(path)} is longer than {LongestLine >> 20} MB.");
        }
    }

    private int Take(Span<byte> bytes, long start, ref int number, bool last)
    {
        var taken = 0;
        while (taken < bytes.Length)
        {
            var end = bytes[taken..].IndexOf((byte)'\n');
            if (end < 0 && !last)
                break;
            var line = end < 0 ? bytes[taken..] : bytes.Slice(taken, end);
            number++;
            // A mark of the encoding at the start of a file is no part of its first line.
            var lead = number == 1 && line.StartsWith("\uFEFF"u8) ? 3 : 0;
            if (line[lead..].Trim(" \t\r"u8).Length > 0)
                Add(line[lead..], new Place(_files.Count - 1, number, start + taken + lead, line.Length - lead));
            taken += line.Length + (end < 0 ? 0 : 1);
        }

        return taken;
    }

    private void Add(ReadOnlySpan<byte> line, Place place)
    {
        Lines++;
        if (Head(line) is not { } head)
        {
            var issue = ResourceValidator.Check(line).FirstOrDefault(one => one.Refuses);
            Refuse(place, issue?.Sentence ?? "The line is no FHIR resource.", issue?.Column ?? 1);
        }
        else if (NoRecords.Contains(head.Type, StringComparer.Ordinal))
        {
            Refuse(place, $"A {head.Type} is no record of a person.");
        }
        else if (Views.Contains(head.Type, StringComparer.Ordinal))
        {
            Refuse(place, $"A {head.Type} is not taken over: who reads what by whose leave, and where a record came from, this server says of itself.");
        }
        else if (head.Patients > 1)
        {
            Refuse(place, "The resource refers to more than one Patient.");
        }
        else if (head.Patient is { } patient)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_ofPatient, patient, out _) ??= []).Add(place);
        }
        else if (LineFault.Of(line) is var (column, sentence))
        {
            // Nobody's import may come to it, and so nobody else would look.
            Refuse(place, sentence, column);
        }
        else if (head.Id is null || !_shared.TryAdd($"{head.Type}/{head.Id}", place))
        {
            Refuse(place, head.Id is null ? "The resource refers to no Patient and has no id that others could refer to." : "The resource has the type and id of another one in these files.");
        }
    }

    private void Refuse(Place place, string sentence, int column = 1) => Refused.Add(new RefusedLine(place, column, sentence));

    // Null for what is no JSON object with a type.
    private static (string Type, string? Id, string? Patient, int Patients)? Head(ReadOnlySpan<byte> line)
    {
        string? type = null, id = null, patient = null;
        var patients = 0;
        try
        {
            var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = CanonicalResource.MaximumDepth });
            while (reader.Read())
            {
                if (reader.TokenType is not JsonTokenType.PropertyName)
                    continue;
                var (isType, isId) = reader.CurrentDepth == 1 ? (reader.ValueTextEquals("resourceType"u8), reader.ValueTextEquals("id"u8)) : (false, false);
                var isReference = reader.ValueTextEquals("reference"u8);
                if (!(isType || isId || isReference) || !reader.Read() || reader.TokenType is not JsonTokenType.String)
                    continue;
                if (isType)
                    type = reader.GetString();
                else if (isId)
                    id = reader.GetString();
                else if ((reader.ValueIsEscaped ? PatientOf(reader.GetString()!) : PatientOf(reader.ValueSpan)) is { } named && !string.Equals(named, patient, StringComparison.Ordinal))
                    (patient, patients) = (named, patients + 1);
            }
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }

        return type is null ? null : type is "Patient" ? (type, id, id, id is null ? 0 : 1) : (type, id, patient, patients);
    }

    private static string? PatientOf(ReadOnlySpan<byte> reference)
    {
        if (reference.IndexOf("Patient/"u8) < 0)
            return null;
        return PatientOf(Encoding.UTF8.GetString(reference));
    }

    /// <summary>The id that a reference to a Patient names, on whichever server; null for any other reference.</summary>
    public static string? PatientOf(string reference)
    {
        var path = reference.IndexOf("/_history/", StringComparison.Ordinal) is >= 0 and var history ? reference[..history] : reference;
        var slash = path.LastIndexOf('/');
        return slash > 0 && slash < path.Length - 1 && (path[..slash] is "Patient" || path[..slash].EndsWith("/Patient", StringComparison.Ordinal)) ? path[(slash + 1)..] : null;
    }
}
