namespace Tasuki.Sandbox;

/// <summary>Names by which records of one resident call each other: <c>urn:uuid:</c> made of dice.</summary>
internal static class LocalUrl
{
    public static string New(Dice dice)
    {
        // The last group begins with a letter: twelve digits alone would look like an Individual Number now and then.
        var high = dice.Next() & 0xFFFFFFFFFFFF0FFF | 0x4000;
        var low = dice.Next() & 0x3FFFFFFFFFFFFFFF | 0x8000C00000000000;
        return string.Create(45, (high, low), static (text, bits) =>
        {
            "urn:uuid:".CopyTo(text);
            var at = 9;
            for (var i = 0; i < 32; i++)
            {
                if (i is 8 or 12 or 16 or 20)
                    text[at++] = '-';
                var four = (int)((i < 16 ? bits.high >> 60 - 4 * i : bits.low >> 60 - 4 * (i - 16)) & 15);
                text[at++] = (char)(four < 10 ? '0' + four : 'a' + four - 10);
            }
        });
    }

    /// <summary>The part that can stand as a FHIR id.</summary>
    public static string Id(string url) => url["urn:uuid:".Length..];
}
