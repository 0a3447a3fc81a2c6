package io.fairlead.configs.merge;

/**
 * The claim of a document to a resource, for people. Of several the first in their order is served.
 *
 * @param source name of the config source that has the document
 * @param priority of that source
 * @param document key of the document
 * @param isCurrent whether it is what the document says now; else an earlier version stands in,
 *     since that is refused or cannot be read
 */
public record ConfigClaim(String source, int priority, String document, boolean isCurrent) {}
