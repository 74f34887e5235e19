package io.pomaidb.spark.v4;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.procedures.BoundProcedure;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.types.StructType;

/**
 * A procedure of SQL's CALL on one index. It answers with rows.
 *
 * @param name its name without the namespace
 * @param description what it does, in one line
 * @param in its parameters, in the order in which arguments without a name count
 * @param columns of its rows
 * @param work what it does with the arguments
 */
record IndexProcedure(String name, String description, List<ProcedureParameter> in, StructType columns, Work work)
        implements UnboundProcedure, BoundProcedure {
    /** Runs a procedure. */
    @FunctionalInterface
    interface Work {
        /** The rows, each with Spark's internal values. */
        List<Object[]> run(InternalRow arguments);
    }

    @Override
    public BoundProcedure bind(StructType arguments) {
        return this;
    }

    @Override
    public ProcedureParameter[] parameters() {
        return in.toArray(ProcedureParameter[]::new);
    }

    @Override
    public boolean isDeterministic() {
        return false;
    }

    @Override
    public Iterator<Scan> call(InternalRow arguments) {
        List<InternalRow> rows = work.run(arguments).stream()
                .<InternalRow>map(GenericInternalRow::new)
                .toList();
        return List.<Scan>of(new Answer(columns, rows)).iterator();
    }

    private record Answer(StructType readSchema, List<InternalRow> all) implements LocalScan {
        @Override
        public InternalRow[] rows() {
            return all.toArray(InternalRow[]::new);
        }
    }
}
