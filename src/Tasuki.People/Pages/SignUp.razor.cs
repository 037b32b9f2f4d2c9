using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Tasuki.Web;

namespace Tasuki.People;

internal enum SignUpStep
{
    Person = 1,
    Terms = 2,
    Method = 3,
    Second = 4,

    /// <summary>After a passkey: a name and a password as a spare, or not.</summary>
    Spare = 5,
}

/// <summary>Who you are, what you agree to, how you sign in, the second factor. What was said travels protected in the form; the account is made by the last step.</summary>
public sealed partial class SignUp
{
    private static readonly string[] Genders = ["female", "male", "other", "unknown"];

    private readonly Dictionary<string, string> _errors = new(StringComparer.Ordinal);
    private SignUpState _state = new();
    private SignUpStep _step = SignUpStep.Person;
    private string? _protected;
    private string? _error;
    private int _ageFrom;

    [Inject] private ProtectedState States { get; set; } = null!;

    [Inject] private AccountFactory Accounts { get; set; } = null!;

    [Inject] private Passkeys Passkeys { get; set; } = null!;

    [Inject] private SignInSessions Sessions { get; set; } = null!;

    [Inject] private SignInThrottle Throttle { get; set; } = null!;

    [Inject] private TasukiDb Db { get; set; } = null!;

    [Inject] private Messages Messages { get; set; } = null!;

    [Inject] private Municipality Municipality { get; set; } = null!;

    [Inject] private ISignUpAge Ages { get; set; } = null!;

    [Inject] private TimeProvider Clock { get; set; } = null!;

    [Inject] private Language Language { get; set; } = null!;

    [Inject] private Texts<PeopleTexts> T { get; set; } = null!;

    [Inject] private NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter] private HttpContext Http { get; set; } = null!;

    [SupplyParameterFromForm] private string? State { get; set; }

    [SupplyParameterFromForm] private int Step { get; set; }

    [SupplyParameterFromForm] private string? Family { get; set; }

    [SupplyParameterFromForm] private string? Given { get; set; }

    [SupplyParameterFromForm] private string? FamilyKana { get; set; }

    [SupplyParameterFromForm] private string? GivenKana { get; set; }

    [SupplyParameterFromForm] private int? Year { get; set; }

    [SupplyParameterFromForm] private int? Month { get; set; }

    [SupplyParameterFromForm] private int? Day { get; set; }

    [SupplyParameterFromForm] private string? Gender { get; set; }

    [SupplyParameterFromForm] private string? Agreed { get; set; }

    /// <summary>The button pressed: <c>passkey</c>, <c>password</c>, <c>skip</c>.</summary>
    [SupplyParameterFromForm] private string? Method { get; set; }

    [SupplyParameterFromForm] private string? SignInName { get; set; }

    [SupplyParameterFromForm] private string? Password { get; set; }

    [SupplyParameterFromForm] private string? Second { get; set; }

    [SupplyParameterFromForm] private string? Code { get; set; }

    [SupplyParameterFromForm] private string? Kept { get; set; }

    [SupplyParameterFromForm] private string? PasskeyState { get; set; }

    [SupplyParameterFromForm] private string? Credential { get; set; }

    protected override async Task OnInitializedAsync() => _ageFrom = await Ages.From(Http.RequestAborted);

    private async Task Submit()
    {
        if (Step > (int)SignUpStep.Person)
        {
            if (States.Open<SignUpState>(SignUpState.Purpose, State, SignUpState.Life) is not { } known)
            {
                _error = "sign-up-expired";
                return;
            }

            _state = known;
        }

        // No step may be left out: each needs what the one before gave.
        _step = (SignUpStep)Step switch
        {
            SignUpStep.Terms when _state.Profile is not null => Terms(),
            SignUpStep.Method when _state.Agreed => await ChooseMethod(),
            SignUpStep.Spare when _state.Passkey is not null => await ChooseSpare(),
            SignUpStep.Second when _state.SignInName is not null => await ProveSecond(),
            _ => Person(),
        };
        _protected = States.Protect(SignUpState.Purpose, _state);
    }

    private SignUpStep Person()
    {
        Require("Family", Family, 40);
        Require("Given", Given, 40);
        RequireKana("FamilyKana", FamilyKana);
        RequireKana("GivenKana", GivenKana);
        var birth = BirthDate();
        if (birth is null)
            _errors["BirthDate"] = T["error-birth-date"];
        else if (_ageFrom > 0 && !SignUpAge.IsReached(birth.Value, _ageFrom, Clock.Today()))
            _errors["BirthDate"] = T["error-age", _ageFrom];
        if (!Genders.Contains(Gender, StringComparer.Ordinal))
            _errors["Gender"] = T["error-choose"];
        if (_errors.Count > 0)
            return SignUpStep.Person;
        _state = _state with { Profile = new NewProfile(Family!.Trim(), Given!.Trim(), FamilyKana!.Trim(), GivenKana!.Trim(), birth!.Value, Gender!) };
        return SignUpStep.Terms;
    }

    private SignUpStep Terms()
    {
        if (Agreed is not "true")
        {
            _errors["Agreed"] = T["error-agree"];
            return SignUpStep.Terms;
        }

        _state = _state with { Agreed = true };
        return SignUpStep.Method;
    }

    private async Task<SignUpStep> ChooseMethod()
    {
        if (Method is "passkey")
        {
            var passkey = await Passkeys.EndCreation(Http, PasskeyState, Credential, _state.Handle, Http.RequestAborted);
            if (!passkey.IsOk)
            {
                _error = "error-passkey";
                return SignUpStep.Method;
            }

            passkey.Value.Name = DeviceLabel.Of(Http.Request.Headers.UserAgent);
            _state = _state with { Passkey = SealedPasskey.Of(passkey.Value) };
            return SignUpStep.Spare;
        }

        if (!await NameAndPassword())
            return SignUpStep.Method;
        _state = Second is "codes"
            ? _state with { SignInName = SignInName!.Trim(), Password = Password, Codes = PrintedCodes.NewList(), TotpSecret = null }
            : _state with { SignInName = SignInName!.Trim(), Password = Password, TotpSecret = TimeCodes.NewSecret(), Codes = [] };
        return SignUpStep.Second;
    }

    private async Task<SignUpStep> ChooseSpare()
    {
        if (Method is "skip")
            return await Finish(SignUpStep.Spare);
        if (!await NameAndPassword())
            return SignUpStep.Spare;
        _state = _state with { SignInName = SignInName!.Trim(), Password = Password, Codes = PrintedCodes.NewList() };
        return SignUpStep.Second;
    }

    private async Task<SignUpStep> ProveSecond()
    {
        if (_state.TotpSecret is { } secret)
        {
            var code = new string([.. JapaneseText.Fold(Code ?? "").Where(char.IsAsciiDigit)]);
            if (TimeCodes.StepOf(secret, code, Clock.GetUtcNow()) is null)
            {
                _errors["Code"] = T["error-code"];
                return SignUpStep.Second;
            }
        }
        else if (Kept is not "true")
        {
            _errors["Code"] = T["error-codes-kept"];
            return SignUpStep.Second;
        }

        return await Finish(SignUpStep.Second);
    }

    private async Task<SignUpStep> Finish(SignUpStep here)
    {
        var cancel = Http.RequestAborted;
        if (!Throttle.Allows(Http))
        {
            _error = "error-busy";
            return here;
        }

        // Sent twice, the form makes one account.
        if (await States.Spend<SignUpState>(SignUpState.Purpose, State, SignUpState.Life, cancel) is null)
        {
            _error = "sign-up-expired";
            return SignUpStep.Person;
        }

        var created = await Accounts.Create(new NewResident
        {
            Profile = _state.Profile!, Handle = _state.Handle, SignInName = _state.SignInName, Password = _state.Password, TotpSecret = _state.TotpSecret,
            Codes = _state.Codes, Passkey = _state.Passkey, Language = Language.Tag,
        }, cancel);
        if (!created.IsOk)
        {
            _error = KeyOf(created.Error);
            return _state.Passkey is null ? SignUpStep.Method : SignUpStep.Spare;
        }

        await Messages.Send(created.Value.Resident!.Value, "welcome", T["welcome-subject", Municipality.Name], T["welcome-body"], "/", cancel);
        var account = await Db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == created.Value.AccountNo, cancel);
        await Sessions.Begin(Http, account, _state.Passkey is null ? SignInWay.Password : SignInWay.Passkey, cancel);
        Navigation.NavigateTo("/");
        return here;
    }

    private async Task<bool> NameAndPassword()
    {
        var checkedNew = await Accounts.CheckNew(SignInName, Password ?? "", Http.RequestAborted);
        if (checkedNew.IsOk)
            return true;
        _errors[checkedNew.Error.Code.StartsWith("password", StringComparison.Ordinal) ? "Password" : "SignInName"] = T[KeyOf(checkedNew.Error)];
        return false;
    }

    internal static string KeyOf(Error error) => error.Code switch
    {
        "password.short" => "error-password-short",
        "password.long" => "error-password-long",
        "password.common" => "error-password-common",
        "sign-in-name.length" => "error-name-length",
        "sign-in-name.taken" => "error-name-taken",
        "sign-up.age" => "error-age-now",
        _ => "error-unknown",
    };

    private void Require(string field, string? value, int most)
    {
        if (string.IsNullOrWhiteSpace(value))
            _errors[field] = T["error-required"];
        else if (value.Length > most)
            _errors[field] = T["error-too-long", most];
    }

    private void RequireKana(string field, string? value)
    {
        Require(field, value, 60);
        if (!_errors.ContainsKey(field) && !JapaneseText.FoldKana(value!).All(c => c is >= 'ァ' and <= 'ヶ' or 'ー' or '・'))
            _errors[field] = T["error-kana"];
    }

    private DateOnly? BirthDate() =>
        Year is { } y and >= 1900 && Month is { } m and >= 1 and <= 12 && Day is { } d && d >= 1 && d <= DateTime.DaysInMonth(Math.Min(y, 9999), m)
        && new DateOnly(y, m, d) is var date && date <= Clock.Today() ? date : null;
}
