package io.pomaidb.spark.procedure;

import io.pomaidb.error.ConfigurationException;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;

/** Makes procedures. There is one for Spark 4, found by Java's service loader; Spark 3.5 has no procedures. */
public interface ProcedureSource {
    /** The source that is on the class path. */
    static ProcedureSource find() {
        return ServiceLoader.load(ProcedureSource.class, ProcedureSource.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("Cannot call a procedure: pomaidb-spark-4 is not on the"
                        + " class path (accepted: the jar pomaidb-spark-bundle, which has it)"));
    }

    /** Names of the procedures. */
    List<String> names();

    /**
     * A procedure.
     *
     * @param name in any letter case
     * @param paths the path of a table of the catalog by its name in SQL
     * @return empty if there is none of the name
     */
    Optional<UnboundProcedure> procedure(String name, Function<String, String> paths);
}
