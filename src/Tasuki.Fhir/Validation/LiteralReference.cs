namespace Tasuki.Fhir.Validation;

/// <summary>What the text of a reference says of its target (R4, references.html#literal).</summary>
internal static class LiteralReference
{
    /// <summary>
    /// <c>Patient/1</c>, <c>http://example.org/fhir/Patient/1/_history/2</c>, and <c>Patient?identifier=...</c> of a transaction: the type; null when the text
    /// names none, as <c>urn:uuid:...</c> and <c>#1</c>.
    /// </summary>
    public static TypeTable? TypeOf(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf((byte)'?') is >= 0 and var question)
        {
            text = text[..question];
        }
        else
        {
            if (text.IndexOf("/_history/"u8) is >= 0 and var history)
                text = text[..history];
            var last = text.LastIndexOf((byte)'/');
            if (last <= 0)
                return null;
            text = text[..last];
        }

        return R4.Resource(text[(text.LastIndexOf((byte)'/') + 1)..]);
    }
}
