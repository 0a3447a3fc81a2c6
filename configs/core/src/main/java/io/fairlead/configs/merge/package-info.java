/**
 * The merge of what config sources say into resources: a change source beside that of the services.
 *
 * <p>A resource is what a document of a source says of it last that an istiod would take. So a
 * document that is broken takes nothing away: what it said before stays, be it that of before a
 * restart, and the problem is shown until it is mended. What is not said any more by any document
 * goes, when a whole read or a change has shown that. Where two documents speak of one resource,
 * the source with the higher priority is believed, then the name of the source and the key of the
 * document decide, so that neither the order of reading nor a restart does.
 *
 * <p>All state is owned by the commit thread, but for the {@link
 * io.fairlead.configs.merge.DocumentInbox}es and what is shown.
 */
@NullMarked
package io.fairlead.configs.merge;

import org.jspecify.annotations.NullMarked;
