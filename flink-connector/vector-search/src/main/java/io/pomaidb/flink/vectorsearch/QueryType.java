package io.pomaidb.flink.vectorsearch;

import io.pomaidb.flink.row.ArrayVector;
import java.util.List;
import org.apache.flink.table.functions.SpecializedFunction.SpecializedContext;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;

/** Finds out what a query's vectors are made of: the planner inserts no cast, and the arrays themselves do not tell. */
final class QueryType {
    static final String COLUMN = "column_to_query";

    private QueryType() {}

    /** The type of the only argument besides k. */
    static LogicalType of(SpecializedContext context) {
        List<DataType> arguments = context.getCallContext().getArgumentDataTypes();
        LogicalType type = arguments.get(arguments.size() - 1).getLogicalType();
        ArrayVector.check(COLUMN, type);
        return type;
    }
}
