namespace Tasuki.People;

/// <summary>A component without parameters at the top of the staff's first page, registered by the module that has something to say there; it shows nothing when it has not.</summary>
public sealed record StaffHomePart(Type Component);
