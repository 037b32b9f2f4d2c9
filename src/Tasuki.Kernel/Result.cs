namespace Tasuki.Kernel;

/// <summary>
/// Why an expected thing did not happen. <see cref="Code"/> is stable (tests, logs and API answers key on it);
/// <see cref="Message"/> is an English sentence that says what and where, with actual and allowed values, and never
/// carries a name, a number or a value of a person. Pages look the code up in their texts.
/// </summary>
public sealed record Error(string Code, string Message)
{
    /// <summary>Of several things asked for at once, the one it is about, from 0; null where it is about none of them or all.</summary>
    public int? At { get; init; }

    public override string ToString() => $"{Code}: {Message}";
}

/// <summary>An expected outcome: a value, or the <see cref="Error"/> that says why there is none. Exceptions are bugs or broken infrastructure.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Error? error)
    {
        _value = value;
        Error = error;
    }

    public Error? Error { get; }

    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;

    /// <summary>The value. Asking for it without having looked at <see cref="IsOk"/> is a bug and throws.</summary>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"No value: {Error}");

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Error error) => new(default, error);

    public Result<TNext> Then<TNext>(Func<T, Result<TNext>> next) => Error is null ? next(_value!) : Error;

    public Result<TNext> Map<TNext>(Func<T, TNext> map) => Error is null ? map(_value!) : Error;
}

/// <summary>For values whose static type is an interface: C# knows no implicit conversion from those.</summary>
public static class Result
{
    public static Result<T> Of<T>(T value) => value;
}

/// <summary>The value of an outcome that has none.</summary>
public readonly record struct Done
{
    public static Done Yes => default;
}
