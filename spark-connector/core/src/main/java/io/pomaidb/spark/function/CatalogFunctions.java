package io.pomaidb.spark.function;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;

/** The functions that the catalog has, by name. */
public final class CatalogFunctions {
    private static final Map<String, UnboundFunction> FUNCTIONS = functions();

    private CatalogFunctions() {}

    private static Map<String, UnboundFunction> functions() {
        var functions = new TreeMap<String, UnboundFunction>();
        functions.put(IdAsLong.NAME, new IdAsLong());
        functions.put(IdHash.NAME, new IdHash());
        functions.put(Bucket.NAME, new Bucket());
        for (VectorComparison comparison : VectorComparison.values()) {
            functions.put(comparison.functionName(), comparison);
        }
        return functions;
    }

    /** All of them, in alphabetical order. */
    public static Identifier[] list() {
        return FUNCTIONS.keySet().stream()
                .map(name -> Identifier.of(new String[0], name))
                .toArray(Identifier[]::new);
    }

    /** The function of a name in any letter case. */
    public static Optional<UnboundFunction> find(String name) {
        return Optional.ofNullable(FUNCTIONS.get(name.toLowerCase(Locale.ROOT)));
    }
}
