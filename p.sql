select pg_backend_pid() \gset
\! sleep 0.1
BEGIN; SET LOCAL work_mem='64MB'; 
insert into contact (owner_id,phone,first_name,last_name,email,birthday) select owner_id,phone,fn,ln,em,bd from xb where n<=60000 order by phone;
ROLLBACK;
