namespace Azure.Data.Tables;

/// <summary>One operation of an entity group transaction.</summary>
public class TableTransactionAction
{
    /// <summary>An operation without a condition.</summary>
    /// <param name="actionType">What is done.</param>
    /// <param name="entity">The entity; a delete needs its keys only.</param>
    public TableTransactionAction(TableTransactionActionType actionType, ITableEntity entity)
        : this(actionType, entity, default)
    {
    }

    /// <summary>An operation on a version.</summary>
    /// <param name="actionType">What is done.</param>
    /// <param name="entity">The entity; a delete needs its keys only.</param>
    /// <param name="etag">
    /// The version that must be there. Without one a delete takes any version, and an update makes the entity where it
    /// is missing: the ETag that the entity itself carries is not looked at.
    /// </param>
    public TableTransactionAction(TableTransactionActionType actionType, ITableEntity entity, ETag etag = default)
    {
        ActionType = actionType;
        Entity = entity;
        ETag = etag;
    }

    /// <summary>What is done.</summary>
    public TableTransactionActionType ActionType { get; }

    /// <summary>The entity.</summary>
    public ITableEntity Entity { get; }

    /// <summary>The version that must be there; default for none.</summary>
    public ETag ETag { get; }
}

/// <summary>What an operation of a transaction does.</summary>
public enum TableTransactionActionType
{
    /// <summary>Inserts an entity that must not be there.</summary>
    Add = 0,

    /// <summary>Writes some properties of an entity; the others stay.</summary>
    UpdateMerge = 1,

    /// <summary>Writes an entity; properties not named go.</summary>
    UpdateReplace = 2,

    /// <summary>Deletes an entity.</summary>
    Delete = 3,

    /// <summary>Inserts an entity, or writes some properties of the one that is there.</summary>
    UpsertMerge = 4,

    /// <summary>Inserts an entity, or puts it in place of the one that is there.</summary>
    UpsertReplace = 5,
}
