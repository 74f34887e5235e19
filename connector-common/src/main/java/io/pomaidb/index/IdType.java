package io.pomaidb.index;

/** Type of the id column. Ids are 64 bits wide to the engine; the type says how a reader shows them. */
public enum IdType {
    INT("int"),
    LONG("long"),
    /** Keys, whose 64-bit ids are their hashes; the payload has the keys themselves. */
    STRING("string");

    private final String typeName;

    IdType(String typeName) {
        this.typeName = typeName;
    }

    /** The name that the snapshot's schema uses. */
    public String typeName() {
        return typeName;
    }
}
