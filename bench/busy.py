"""A supplier after years of work, written straight into the tables: 10,000 products and orders, 5,000 conversations.

Only rows that the console's pages and the product search read. Nothing of it was said or sent.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

PRODUCTS, OUTLETS, THREADS, ORDERS = 10_000, 2_500, 5_000, 10_000
SIZES: Mapping[str, int] = {"products": PRODUCTS, "outlets": OUTLETS, "threads": THREADS, "orders": ORDERS}
MESSAGES_A_THREAD = 8

# Each after those that its rows point to. Numbers divide unevenly, so that no two columns rise and fall together.
_STEPS = (
    """INSERT INTO products (sku, name, category, aliases, base_unit, unit_price)
       SELECT 'BZ-' || g, 'Kraft box ' || g || ' ' || (ARRAY['white', 'brown', 'lined', 'vented'])[1 + g % 4], 'Boxes ' || g % 40,
              ARRAY['carton ' || g, 'kotak ' || g], 'piece', 0.1 + g % 97 * 0.05 FROM generate_series(1, :products) g""",
    """INSERT INTO pack_units (product_id, unit, factor) SELECT id, 'carton', 50 FROM products WHERE sku LIKE 'BZ-%'""",
    """INSERT INTO customers (name) SELECT 'Busy Group ' || g FROM generate_series(1, :outlets / 5) g""",
    """INSERT INTO outlets (code, customer_id, name)
       SELECT 'BZ-' || g, (SELECT id FROM customers WHERE name = 'Busy Group ' || 1 + g % (:outlets / 5)), 'Busy Kitchen ' || g
       FROM generate_series(1, :outlets) g""",
    """INSERT INTO contract_prices (customer_id, product_id, unit_price, valid_from)
       SELECT c.id, p.id, 0.09, DATE '2026-01-01' FROM customers c JOIN products p ON p.sku = 'BZ-' || c.id % 1000 WHERE c.name LIKE 'Busy%'""",
    """INSERT INTO contacts (channel, address, display_name, last_inbound_at)
       SELECT 'whatsapp', '+657' || lpad(g::text, 7, '0'), 'Person ' || g, now() - g * interval '1 minute' FROM generate_series(1, :threads) g""",
    """INSERT INTO contact_outlets (contact_id, outlet_id, bound_by)
       SELECT k.id, o.id, 'import' FROM generate_series(1, :threads) g JOIN contacts k ON k.address = '+657' || lpad(g::text, 7, '0')
       JOIN outlets o ON o.code = 'BZ-' || 1 + g % :outlets""",
    """INSERT INTO conversations (contact_id, channel, business_address)
       SELECT id, 'whatsapp', '+6560000000' FROM contacts WHERE address LIKE '+657%' AND display_name LIKE 'Person %' ORDER BY id""",
    """INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, provider_id, role, kind, content, state, intent, context,
                                          said_at, created_at, finished_at)
       SELECT c.id, c.session_id, CASE WHEN n % 2 = 1 THEN 'inbound' ELSE 'outbound' END, 'whatsapp', 'BZ' || c.id || '-' || n,
              CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END, 'text',
              CASE WHEN n % 2 = 1 THEN n || ' cartons of kraft box ' || c.id || ' please, for tomorrow' ELSE 'Order placed: ' || n || ' cartons, thank you.' END,
              CASE WHEN n % 2 = 1 THEN 'answered' ELSE 'sent' END, CASE WHEN n % 2 = 1 THEN 'order.create' END,
              CASE WHEN n % 2 = 1 THEN jsonb_build_object('lines', jsonb_build_array(jsonb_build_array('BZ-' || c.id, '50', 'carton', 'kraft box', 0.97, true)),
                   'questions', CASE WHEN c.id % 9 = 0 THEN jsonb_build_array(jsonb_build_array('flurb ' || c.id % 30, 'unknown', '[]'::jsonb)) ELSE '[]' END,
                   'leftover', '[]'::jsonb) END, at, at, at + interval '2 s'
       FROM conversations c CROSS JOIN generate_series(1, :said) n
       CROSS JOIN LATERAL (SELECT now() - (:said - n) / 2 * interval '18 days' - c.id * interval '8 minutes' + n * interval '5 s' AS at) t
       WHERE c.business_address = '+6560000000' ORDER BY at""",
    "ANALYZE conversation_messages",
    """UPDATE conversation_messages r SET in_reply_to = m.id, sequence = 1 FROM conversation_messages m
       WHERE r.direction = 'outbound' AND r.provider_id LIKE 'BZ%' AND m.direction = 'inbound' AND m.provider_id =
             split_part(r.provider_id, '-', 1) || '-' || split_part(r.provider_id, '-', 2)::int - 1""",
    """INSERT INTO read_marks (conversation_id, message_id, read_by)
       SELECT conversation_id, max(id), 'bench' FROM conversation_messages WHERE conversation_id % 20 <> 0 GROUP BY conversation_id""",
    """INSERT INTO escalations (conversation_id, message_id, reason, priority, due_at)
       SELECT conversation_id, max(id), 'asked for a person', 'high', now() + interval '1 hour' FROM conversation_messages
       WHERE direction = 'inbound' AND conversation_id % 100 = 0 GROUP BY conversation_id""",
    """INSERT INTO failures (kind, reference, message_id, error)
       SELECT 'processing', max(id)::text, max(id), 'ValueError' FROM conversation_messages WHERE conversation_id % 200 = 0 GROUP BY conversation_id""",
    """INSERT INTO orders (number, outlet_id, conversation_id, message_id, channel, status, currency, subtotal, tax_rate, tax, total,
                           delivery_date, created_at, placed_at)
       SELECT 'SO-' || 500000 + m.place, b.outlet_id, m.conversation_id, m.id, 'whatsapp', CASE WHEN m.place % 100 = 0 THEN 'awaiting_approval'
              WHEN m.place % 33 = 0 THEN 'cancelled' ELSE 'placed' END, 'SGD', 30, 0.09, 2.7, 32.7, m.created_at::date + 1, m.created_at, m.created_at
       FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM conversation_messages
             WHERE direction = 'inbound' AND provider_id LIKE 'BZ%' ORDER BY id DESC LIMIT :orders) m
       JOIN conversations c ON c.id = m.conversation_id JOIN contact_outlets b ON b.contact_id = c.contact_id""",
    """INSERT INTO order_lines (order_id, position, sku, name, quantity, unit, pack_quantity, pack_unit, unit_price, line_total)
       SELECT o.id, n, 'BZ-' || 1 + (o.id * 7 + n) % 400, 'Kraft box ' || 1 + (o.id * 7 + n) % 400, 50, 'piece', 1, 'carton', 0.2, 10
       FROM orders o CROSS JOIN generate_series(1, 3) n WHERE o.number LIKE 'SO-5%'""",
    """INSERT INTO order_events (order_id, message_id, kind, detail, at)
       SELECT id, message_id, 'placed', '{}', placed_at FROM orders WHERE number LIKE 'SO-5%'""",
    """INSERT INTO audit (actor, action, subject) SELECT 'mei', 'viewed', 'order:' || id FROM orders""",
    "ANALYZE",
)  # fmt: skip


def fill(connection: Connection, sizes: Mapping[str, int] = SIZES) -> None:
    """Once, into a database that has a catalog and no rows of this kind."""
    for step in _STEPS:
        connection.execute(text(step), {**sizes, "said": MESSAGES_A_THREAD})
    connection.execute(text("UPDATE catalog_version SET version = version + 1"))
