using System.Text.Json;

namespace Tasuki.Fhir.Validation;

/// <summary>What one object has of a coding or an identifier, while its properties go by.</summary>
internal ref struct CodingParts
{
    private readonly int _slot;
    private int _code;
    private int _codeLength;
    private int _system;
    private int _systemLength;
    private bool _codeEscaped;
    private bool _systemEscaped;
    private bool _hasSystem;
    private bool _hasValue;

    public CodingParts(FactsBuilder? facts)
    {
        _slot = facts?.Codings.Count ?? 0;
        _systemLength = -1;
    }

    /// <summary>The reader stands on the value of a property that plays this role.</summary>
    public void Take(Role role, ref Utf8JsonReader reader, FactsBuilder facts, bool inIdentifier)
    {
        var isText = reader.TokenType is JsonTokenType.String;
        switch (role)
        {
            case Role.Code:
                _codeLength = isText ? reader.ValueSpan.Length : 0;
                _code = (int)reader.TokenStartIndex + 1;
                _codeEscaped = isText && reader.ValueIsEscaped;
                break;
            case Role.System:
                _hasSystem = true;
                _systemLength = isText ? reader.ValueSpan.Length : -1;
                _system = (int)reader.TokenStartIndex + 1;
                _systemEscaped = isText && reader.ValueIsEscaped;
                break;
            case Role.Value:
                _hasValue = true;
                if (inIdentifier && isText && reader.ValueSpan.Length > 0)
                    facts.Identifiers.Add(reader.GetString()!);
                break;
            case Role.Reference when isText:
                facts.References.Add(reader.GetString()!);
                break;
        }
    }

    /// <summary>
    /// A Coding: it has a code and a system, or it stands in an element called coding. A quantity has a code and a system too, but it has a value and is no coding.
    /// It is put before the codings that stand inside it.
    /// </summary>
    public readonly void Finish(ReadOnlySpan<byte> json, bool inCoding, FactsBuilder facts)
    {
        if (_codeLength == 0 || _hasValue || !(inCoding || _hasSystem))
            return;
        var system = _systemLength < 0 ? null : FactsBuilder.Text(json.Slice(_system, _systemLength), _systemEscaped);
        facts.Codings.Insert(_slot, new Coding(system, FactsBuilder.Text(json.Slice(_code, _codeLength), _codeEscaped)));
    }
}
