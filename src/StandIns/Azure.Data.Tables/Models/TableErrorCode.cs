using System.ComponentModel;

namespace Azure.Data.Tables.Models;

/// <summary>
/// The codes the service gives its refusals, for comparison with <see cref="RequestFailedException.ErrorCode" />. There is
/// none for an overloaded server: look at the status, 503. Comparing with a failure that has no code throws, since a code
/// cannot be made of null.
/// </summary>
public readonly struct TableErrorCode : IEquatable<TableErrorCode>
{
    private readonly string _value;

    /// <summary>A code.</summary>
    /// <param name="value">Its text.</param>
    /// <exception cref="ArgumentNullException">No text was given.</exception>
    public TableErrorCode(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary><c>AccountIOPSLimitExceeded</c>.</summary>
    public static TableErrorCode AccountIOPSLimitExceeded { get; } = new("AccountIOPSLimitExceeded");

    /// <summary><c>AtomFormatNotSupported</c>.</summary>
    public static TableErrorCode AtomFormatNotSupported { get; } = new("AtomFormatNotSupported");

    /// <summary><c>AuthorizationPermissionMismatch</c>.</summary>
    public static TableErrorCode AuthorizationPermissionMismatch { get; } = new("AuthorizationPermissionMismatch");

    /// <summary><c>AuthorizationResourceTypeMismatch</c>.</summary>
    public static TableErrorCode AuthorizationResourceTypeMismatch { get; } = new("AuthorizationResourceTypeMismatch");

    /// <summary><c>CannotCreateTableWithIOPSGreaterThanMaxAllowedPerTable</c>.</summary>
    public static TableErrorCode CannotCreateTableWithIOPSGreaterThanMaxAllowedPerTable { get; } = new("CannotCreateTableWithIOPSGreaterThanMaxAllowedPerTable");

    /// <summary><c>CommandsInBatchActOnDifferentPartitions</c>.</summary>
    public static TableErrorCode CommandsInBatchActOnDifferentPartitions { get; } = new("CommandsInBatchActOnDifferentPartitions");

    /// <summary><c>ContentLengthExceeded</c>.</summary>
    public static TableErrorCode ContentLengthExceeded { get; } = new("ContentLengthExceeded");

    /// <summary><c>DuplicateKeyPropertySpecified</c>.</summary>
    public static TableErrorCode DuplicateKeyPropertySpecified { get; } = new("DuplicateKeyPropertySpecified");

    /// <summary><c>DuplicatePropertiesSpecified</c>.</summary>
    public static TableErrorCode DuplicatePropertiesSpecified { get; } = new("DuplicatePropertiesSpecified");

    /// <summary><c>EntityAlreadyExists</c>.</summary>
    public static TableErrorCode EntityAlreadyExists { get; } = new("EntityAlreadyExists");

    /// <summary><c>EntityNotFound</c>.</summary>
    public static TableErrorCode EntityNotFound { get; } = new("EntityNotFound");

    /// <summary><c>EntityTooLarge</c>.</summary>
    public static TableErrorCode EntityTooLarge { get; } = new("EntityTooLarge");

    /// <summary><c>Forbidden</c>.</summary>
    public static TableErrorCode Forbidden { get; } = new("Forbidden");

    /// <summary><c>InvalidDuplicateRow</c>.</summary>
    public static TableErrorCode InvalidDuplicateRow { get; } = new("InvalidDuplicateRow");

    /// <summary><c>InvalidInput</c>.</summary>
    public static TableErrorCode InvalidInput { get; } = new("InvalidInput");

    /// <summary><c>InvalidValueType</c>.</summary>
    public static TableErrorCode InvalidValueType { get; } = new("InvalidValueType");

    /// <summary><c>JsonFormatNotSupported</c>.</summary>
    public static TableErrorCode JsonFormatNotSupported { get; } = new("JsonFormatNotSupported");

    /// <summary><c>JsonVerboseFormatNotSupported</c>.</summary>
    public static TableErrorCode JsonVerboseFormatNotSupported { get; } = new("JsonVerboseFormatNotSupported");

    /// <summary><c>KeyValueTooLarge</c>.</summary>
    public static TableErrorCode KeyValueTooLarge { get; } = new("KeyValueTooLarge");

    /// <summary><c>MediaTypeNotSupported</c>.</summary>
    public static TableErrorCode MediaTypeNotSupported { get; } = new("MediaTypeNotSupported");

    /// <summary><c>MethodNotAllowed</c>.</summary>
    public static TableErrorCode MethodNotAllowed { get; } = new("MethodNotAllowed");

    /// <summary><c>NotImplemented</c>.</summary>
    public static TableErrorCode NotImplemented { get; } = new("NotImplemented");

    /// <summary><c>OperationTimedOut</c>.</summary>
    public static TableErrorCode OperationTimedOut { get; } = new("OperationTimedOut");

    /// <summary><c>OperatorInvalid</c>.</summary>
    public static TableErrorCode OperatorInvalid { get; } = new("OperatorInvalid");

    /// <summary><c>OutOfRangeInput</c>.</summary>
    public static TableErrorCode OutOfRangeInput { get; } = new("OutOfRangeInput");

    /// <summary><c>PartitionKeyEqualityComparisonExpected</c>.</summary>
    public static TableErrorCode PartitionKeyEqualityComparisonExpected { get; } = new("PartitionKeyEqualityComparisonExpected");

    /// <summary><c>PartitionKeyNotSpecified</c>.</summary>
    public static TableErrorCode PartitionKeyNotSpecified { get; } = new("PartitionKeyNotSpecified");

    /// <summary><c>PartitionKeyPropertyCannotBeUpdated</c>.</summary>
    public static TableErrorCode PartitionKeyPropertyCannotBeUpdated { get; } = new("PartitionKeyPropertyCannotBeUpdated");

    /// <summary><c>PartitionKeySpecifiedMoreThanOnce</c>.</summary>
    public static TableErrorCode PartitionKeySpecifiedMoreThanOnce { get; } = new("PartitionKeySpecifiedMoreThanOnce");

    /// <summary><c>PerTableIOPSDecrementLimitReached</c>.</summary>
    public static TableErrorCode PerTableIOPSDecrementLimitReached { get; } = new("PerTableIOPSDecrementLimitReached");

    /// <summary><c>PerTableIOPSIncrementLimitReached</c>.</summary>
    public static TableErrorCode PerTableIOPSIncrementLimitReached { get; } = new("PerTableIOPSIncrementLimitReached");

    /// <summary><c>PrimaryKeyPropertyIsInvalidType</c>.</summary>
    public static TableErrorCode PrimaryKeyPropertyIsInvalidType { get; } = new("PrimaryKeyPropertyIsInvalidType");

    /// <summary><c>PropertiesNeedValue</c>.</summary>
    public static TableErrorCode PropertiesNeedValue { get; } = new("PropertiesNeedValue");

    /// <summary><c>PropertyNameInvalid</c>.</summary>
    public static TableErrorCode PropertyNameInvalid { get; } = new("PropertyNameInvalid");

    /// <summary><c>PropertyNameTooLong</c>.</summary>
    public static TableErrorCode PropertyNameTooLong { get; } = new("PropertyNameTooLong");

    /// <summary><c>PropertyValueTooLarge</c>.</summary>
    public static TableErrorCode PropertyValueTooLarge { get; } = new("PropertyValueTooLarge");

    /// <summary><c>ResourceNotFound</c>.</summary>
    public static TableErrorCode ResourceNotFound { get; } = new("ResourceNotFound");

    /// <summary><c>SettingIOPSForATableInProvisioningNotAllowed</c>.</summary>
    public static TableErrorCode SettingIOPSForATableInProvisioningNotAllowed { get; } = new("SettingIOPSForATableInProvisioningNotAllowed");

    /// <summary><c>TableAlreadyExists</c>.</summary>
    public static TableErrorCode TableAlreadyExists { get; } = new("TableAlreadyExists");

    /// <summary><c>TableBeingDeleted</c>.</summary>
    public static TableErrorCode TableBeingDeleted { get; } = new("TableBeingDeleted");

    /// <summary><c>TableHasNoProperties</c>.</summary>
    public static TableErrorCode TableHasNoProperties { get; } = new("TableHasNoProperties");

    /// <summary><c>TableHasNoSuchProperty</c>.</summary>
    public static TableErrorCode TableHasNoSuchProperty { get; } = new("TableHasNoSuchProperty");

    /// <summary><c>TableNotFound</c>.</summary>
    public static TableErrorCode TableNotFound { get; } = new("TableNotFound");

    /// <summary><c>TooManyProperties</c>.</summary>
    public static TableErrorCode TooManyProperties { get; } = new("TooManyProperties");

    /// <summary><c>UpdateConditionNotSatisfied</c>.</summary>
    public static TableErrorCode UpdateConditionNotSatisfied { get; } = new("UpdateConditionNotSatisfied");

    /// <summary><c>XMethodIncorrectCount</c>.</summary>
    public static TableErrorCode XMethodIncorrectCount { get; } = new("XMethodIncorrectCount");

    /// <summary><c>XMethodIncorrectValue</c>.</summary>
    public static TableErrorCode XMethodIncorrectValue { get; } = new("XMethodIncorrectValue");

    /// <summary><c>XMethodNotUsingPost</c>.</summary>
    public static TableErrorCode XMethodNotUsingPost { get; } = new("XMethodNotUsingPost");

    /// <summary>Whether two codes are the same, whatever their case.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True if they are.</returns>
    public static bool operator ==(TableErrorCode left, TableErrorCode right) => left.Equals(right);

    /// <summary>Whether two codes differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True if they do.</returns>
    public static bool operator !=(TableErrorCode left, TableErrorCode right) => !left.Equals(right);

    /// <summary>Makes a code of its text.</summary>
    /// <param name="value">The text. The genuine package has no word on null here, so that a failure's code compares without a warning; null throws there too.</param>
    /// <exception cref="ArgumentNullException">No text was given.</exception>
    public static implicit operator TableErrorCode(string? value) => new(value!);

    /// <inheritdoc />
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object? obj) => obj is TableErrorCode other && Equals(other);

    /// <inheritdoc />
    public bool Equals(TableErrorCode other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc />
    public override string ToString() => _value;
}
