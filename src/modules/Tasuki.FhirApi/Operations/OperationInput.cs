using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Operations;

/// <summary>What an operation is asked with (R4, operations, 3.2.0): the parameters of the address, then those of a Parameters resource; or the resource the body is.</summary>
/// <param name="Values">Written as a search writes them: a Coding is <c>system|code</c>, a Reference its target.</param>
/// <param name="Resource">Of the parameter <c>resource</c>, or the body itself; empty for none.</param>
internal sealed record OperationInput(IReadOnlyList<(string Name, string Value)> Values, ReadOnlyMemory<byte> Resource)
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth, AllowDuplicateProperties = false };

    /// <summary>Error <c>resource.structure</c> for Parameters that are not of their form. Whether another body is well-formed is looked at by who takes it.</summary>
    public static Result<OperationInput> Of(Interaction request)
    {
        var asked = request.Query.Where(one => one.Name is not ("_format" or "_pretty")).ToList();
        if (request.Body.IsEmpty)
            return new OperationInput(asked, default);
        if (JsonText.Fault(request.Body.Span) is not null)
            return new OperationInput(asked, request.Body);
        try
        {
            using var document = JsonDocument.Parse(request.Body, Reading);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("resourceType"u8, out var type) || type.ValueKind is not JsonValueKind.String || !type.ValueEquals("Parameters"u8))
                return new OperationInput(asked, request.Body);
            return Read(request.Body, root, asked);
        }
        catch (JsonException)
        {
            return new OperationInput(asked, request.Body);
        }
    }

    /// <summary>For an operation that takes no resource. Errors of <see cref="CanonicalResource.Parse"/>, and <c>resource.type</c>.</summary>
    public static Result<IReadOnlyList<(string Name, string Value)>> Parameters(Interaction request)
    {
        var input = Of(request);
        if (!input.IsOk)
            return input.Error;
        if (input.Value.Resource.IsEmpty)
            return Result.Of(input.Value.Values);
        return CanonicalResource.Parse(input.Value.Resource) is { IsOk: false, Error: { } broken } ? broken : new Error("resource.type", "The body of this operation is a Parameters resource with values.");
    }

    private static Result<OperationInput> Read(ReadOnlyMemory<byte> request, JsonElement root, List<(string, string)> values)
    {
        ReadOnlyMemory<byte> resource = default;
        if (!root.TryGetProperty("parameter"u8, out var list))
            return new OperationInput(values, default);
        if (list.ValueKind is not JsonValueKind.Array)
            return new Error("resource.structure", "Parameters.parameter is a list.");
        foreach (var (index, parameter) in list.EnumerateArray().Index())
        {
            if (parameter.ValueKind is not JsonValueKind.Object || !parameter.TryGetProperty("name"u8, out var name) || name.ValueKind is not JsonValueKind.String)
                return new Error("resource.structure", $"Parameters.parameter[{index}] has no name.");
            if (name.ValueEquals("resource"u8) && parameter.TryGetProperty("resource"u8, out var body) && body.ValueKind is JsonValueKind.Object)
                resource = ResourceOf(request, index);
            else if (parameter.EnumerateObject().FirstOrDefault(one => one.Name.StartsWith("value", StringComparison.Ordinal)) is { Value.ValueKind: not JsonValueKind.Undefined } value && Text(value.Value) is { } text)
                values.Add((name.GetString()!, text));
            else
                return new Error("resource.structure", $"Parameters.parameter[{index}] carries no value that this operation can read.");
        }

        return new OperationInput(values, resource);
    }

    // The resource of one parameter. What stands before it is blank, line for line and byte for byte: places in it are those of the body.
    private static byte[] ResourceOf(ReadOnlyMemory<byte> body, int parameter)
    {
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = CanonicalResource.MaximumDepth });
        reader.Read();
        Seek(ref reader, "parameter"u8);
        reader.Read();
        for (; parameter > 0; parameter--)
        {
            reader.Skip();
            reader.Read();
        }

        Seek(ref reader, "resource"u8);
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var resource = body.Span[..(int)reader.BytesConsumed].ToArray();
        foreach (ref var one in resource.AsSpan(0, start))
        {
            if (one is not (byte)'\n')
                one = (byte)' ';
        }

        return resource;
    }

    // From an object to the value of one of its members, which is there.
    private static void Seek(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        while (reader.Read() && !reader.ValueTextEquals(name))
        {
            reader.Read();
            reader.Skip();
        }

        reader.Read();
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Object when value.TryGetProperty("reference"u8, out var target) && target.ValueKind is JsonValueKind.String => target.GetString(),
        JsonValueKind.Object when value.TryGetProperty("coding"u8, out var codings) && codings.ValueKind is JsonValueKind.Array && codings.GetArrayLength() > 0 =>
            codings.EnumerateArray().Select(Text).ToList() is var all && all.TrueForAll(one => one is not null) ? string.Join(',', all) : null,
        JsonValueKind.Object when value.TryGetProperty("code"u8, out var code) && code.ValueKind is JsonValueKind.String =>
            value.TryGetProperty("system"u8, out var system) && system.ValueKind is JsonValueKind.String ? $"{Escaped(system)}|{Escaped(code)}" : Escaped(code),
        _ => null,
    };

    // What separates in a search is plain in a code.
    private static string Escaped(JsonElement text)
    {
        var escaped = new StringBuilder();
        foreach (var letter in text.GetString()!)
        {
            if (letter is ',' or '|' or '$' or '\\')
                escaped.Append('\\');
            escaped.Append(letter);
        }

        return escaped.ToString();
    }
}
